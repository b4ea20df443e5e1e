import { describe, expect, it } from 'vitest';
import { CRASHED, asked, ended, interrupt, prepared, said, submit } from '../../support/chat-words.ts';
import { startChat } from '../../support/start-chat.ts';
import { leafOf } from '../../support/state-names.ts';

const STARTS_BY_ITSELF = said(null, { selfDirected: true });
const COMES_TO_REST = said(null, { selfDirected: false });

describe('an agent that works by itself', () => {
  it('keeps the chat processing until it comes to rest, without a turn of its own', () => {
    const { chat, emitted, take } = startChat();

    take(STARTS_BY_ITSELF);
    expect(leafOf(chat.getSnapshot())).toBe('running.working');
    take(COMES_TO_REST);

    expect(leafOf(chat.getSnapshot())).toBe('resting.idle');
    expect(emitted.map(({ type }) => type)).toEqual(['chat.said', 'chat.said']);
  });

  it('lets the next message wait until it has come to rest', () => {
    const { chat, commands, take } = startChat();

    take(STARTS_BY_ITSELF, submit('m1'));
    expect(commands).toEqual([]);
    take(COMES_TO_REST);

    expect(commands.map(({ type }) => type)).toEqual(['agent.prepare']);
    expect(leafOf(chat.getSnapshot())).toBe('running.starting');
  });

  it('goes on after the end of a turn that said so', () => {
    const { chat, take } = startChat();

    take(submit('m1'), prepared('m1'), { ...ended('m1'), selfDirected: true });
    expect(leafOf(chat.getSnapshot())).toBe('running.working');
    take(COMES_TO_REST);

    expect(leafOf(chat.getSnapshot())).toBe('resting.idle');
  });

  it('goes on after the end of a turn in which it began and never came to rest', () => {
    const { chat, take } = startChat();

    take(submit('m1'), prepared('m1'), said('m1', { selfDirected: true }), ended('m1'));

    expect(leafOf(chat.getSnapshot())).toBe('running.working');
    expect(chat.getSnapshot().context.record).toMatchObject({ turn: null, selfDirected: true });
  });

  it('rests errored when the turn before it failed, however well it went itself', () => {
    const { chat, take } = startChat();

    take(submit('m1'), prepared('m1'), { ...ended('m1', { outcome: 'errored' }), selfDirected: true });
    take(COMES_TO_REST);

    expect(leafOf(chat.getSnapshot())).toBe('resting.errored');
  });

  it('is interrupted like a turn, and its end is announced as a rest only', () => {
    const { chat, commands, emitted, take } = startChat();

    take(STARTS_BY_ITSELF, interrupt());
    expect(commands).toEqual([{ type: 'agent.interrupt' }]);
    take(COMES_TO_REST);

    expect(leafOf(chat.getSnapshot())).toBe('resting.idle');
    expect(emitted.map(({ type }) => type)).toEqual(['chat.said', 'chat.interrupted', 'chat.said']);
  });

  it('is interrupted together with a message that was starting meanwhile', () => {
    const { chat, commands, take } = startChat();

    take(submit('m1'), STARTS_BY_ITSELF, interrupt());

    expect(leafOf(chat.getSnapshot())).toBe('interrupting');
    expect(commands.map(({ type }) => type)).toEqual(['agent.prepare', 'agent.abandon', 'agent.interrupt']);
  });

  it('is over when its process dies', () => {
    const { chat, emitted, take } = startChat();

    take(STARTS_BY_ITSELF, CRASHED);

    expect(leafOf(chat.getSnapshot())).toBe('resting.idle');
    expect(emitted.at(-1)).toEqual({ type: 'chat.updated', record: { selfDirected: false } });
  });

  it('has its requests closed when it comes to rest', () => {
    const { emitted, take } = startChat();

    take(STARTS_BY_ITSELF, asked('r1'), COMES_TO_REST);

    expect(emitted.at(-1)).toMatchObject({
      type: 'chat.request.closed',
      payload: { requestId: 'r1', outcome: 'withdrawn' },
    });
  });

  it.each([
    ['at rest', []],
    ['while a message is starting', [submit('m1')]],
  ])('that asks for permission %s waits for the answer', (_, steps) => {
    const { chat, take } = startChat();

    take(...steps, asked('r1'));

    expect(chat.getSnapshot().context.record).toMatchObject({ selfDirected: true, requests: [{ id: 'r1' }] });
    expect(chat.getSnapshot().hasTag('processing')).toBe(true);
  });
});
