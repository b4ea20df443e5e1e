import { describe, expect, it } from 'vitest';
import type { AgentFact } from '../../../src/contract/facts.ts';
import { ordersOf, storyOf } from '../../support/chat-story.ts';
import {
  CHAT_ID,
  answered,
  asked,
  ended,
  prepared,
  request,
  said,
  submit,
} from '../../support/chat-words.ts';
import { startChat } from '../../support/start-chat.ts';
import { leafOf } from '../../support/state-names.ts';

const REQUEST_LIMIT = 600_000;

function withdrawn(requestId: string): AgentFact {
  return { type: 'request.withdrawn', requestId, position: null };
}

function startAsked() {
  const harness = startChat();
  harness.take(submit('m1'), prepared('m1'), asked('r1'));
  return harness;
}

describe('an agent that asks', () => {
  it('keeps its turn waiting and the chat processing', () => {
    const { chat, emitted } = startAsked();

    expect(emitted.at(-1)).toEqual({
      type: 'chat.request.opened',
      payload: { chatId: CHAT_ID, messageId: 'm1', request: request('r1') },
      record: { position: { runId: 'run-1', offset: 20 } },
    });
    expect(leafOf(chat.getSnapshot())).toBe('running.awaiting');
    expect(chat.getSnapshot().hasTag('processing')).toBe(true);
  });

  it.each([
    ['allow', 'allowed'],
    ['deny', 'denied'],
  ] as const)('is told to %s, and the request closes as %s', (decision, outcome) => {
    const { chat, emitted, commands, take } = startAsked();

    take({ type: 'request.answer', requestId: 'r1', answer: { decision, message: 'so be it' } });

    expect(commands.at(-1)).toEqual({
      type: 'agent.answer',
      request: request('r1'),
      answer: { decision, message: 'so be it' },
    });
    expect(storyOf(emitted).at(-1)).toBe(`closed r1 ${outcome}`);
    expect(leafOf(chat.getSnapshot())).toBe('running.working');
  });

  it('waits for each of several answers', () => {
    const { chat, emitted, take } = startAsked();

    take(asked('r2'), answered('r1'));
    expect(leafOf(chat.getSnapshot())).toBe('running.awaiting');
    take(answered('r2'));

    expect(leafOf(chat.getSnapshot())).toBe('running.working');
    expect(storyOf(emitted).slice(2)).toEqual([
      'opened r1 of m1',
      'opened r2 of m1',
      'closed r1 allowed',
      'closed r2 allowed',
    ]);
  });

  it('goes on when it no longer waits', () => {
    const { chat, emitted, take } = startAsked();

    take(withdrawn('r1'));

    expect(storyOf(emitted).at(-1)).toBe('closed r1 withdrawn');
    expect(leafOf(chat.getSnapshot())).toBe('running.working');
  });

  it('takes no second answer and no foreign one', () => {
    const { emitted, commands, take } = startAsked();

    take(answered('r9'), withdrawn('r9'), answered('r1'), answered('r1'), withdrawn('r1'));

    expect(storyOf(emitted).slice(3)).toEqual(['closed r1 allowed']);
    expect(ordersOf(commands).slice(2)).toEqual(['answer r1 allow']);
  });

  it('gets a refusal when nobody answers in time, whatever is said of other questions, and goes on', () => {
    const { chat, emitted, commands, take } = startAsked();

    take(REQUEST_LIMIT - 1, answered('r9'), withdrawn('r9'), 1);

    expect(commands.at(-1)).toEqual({
      type: 'agent.answer',
      request: request('r1'),
      answer: { decision: 'deny', message: 'Nobody answered in time; go on without an answer.' },
      unanswered: 'expired',
    });
    expect(storyOf(emitted).at(-1)).toBe('closed r1 expired');
    expect(leafOf(chat.getSnapshot())).toBe('running.working');
  });

  it('is not silent while it waits', () => {
    const { commands, take } = startAsked();

    take(REQUEST_LIMIT - 1);

    expect(ordersOf(commands)).not.toContain('ping');
  });

  it('is superseded by a message: its turn ends completed and the message runs next, before what waited', () => {
    const { emitted, commands, take } = startChat();

    take(submit('m1'), submit('m2'), prepared('m1'), asked('r1'), submit('m3'));
    take(ended('m1', { outcome: 'interrupted' }), prepared('m3'), ended('m3'));

    expect(storyOf(emitted).slice(3)).toEqual([
      'opened r1 of m1',
      'closed r1 superseded',
      'accepted m3 at 1',
      'noted moved',
      'noted position',
      'completed m1 completed',
      'started m3',
      'noted position',
      'completed m3 completed',
    ]);
    expect(ordersOf(commands).slice(2)).toEqual([
      'answer r1 deny',
      'interrupt',
      'prepare m3',
      'deliver m3',
      'prepare m2',
    ]);
  });

  it('has its request closed when its turn ends without an answer', () => {
    const { emitted, take } = startAsked();

    take(ended('m1'));

    expect(storyOf(emitted).slice(-2)).toEqual(['closed r1 withdrawn', 'completed m1 completed']);
  });

  it('keeps what it prints while it waits', () => {
    const { chat, emitted, take } = startAsked();

    take(said('m1'));

    expect(storyOf(emitted).at(-1)).toBe('said m1');
    expect(leafOf(chat.getSnapshot())).toBe('running.awaiting');
  });

  it('by itself, while a message is being prepared, delays neither the message nor the question', () => {
    const { chat, emitted, commands, take } = startChat();

    take(submit('m1'), asked('r1'), prepared('m1'));
    expect(leafOf(chat.getSnapshot())).toBe('running.awaiting');
    take(answered('r1'));

    expect(storyOf(emitted)).toEqual([
      'accepted m1 at 0',
      'opened r1 of null',
      'started m1',
      'closed r1 allowed',
    ]);
    expect(ordersOf(commands)).toEqual(['prepare m1', 'deliver m1', 'answer r1 allow']);
  });

  it.each([
    ['an answer', answered('r1'), 'closed r1 allowed'],
    ['a withdrawal', withdrawn('r1'), 'closed r1 withdrawn'],
  ])('by itself, while a message is being prepared, gets %s at once', (_, event, line) => {
    const { emitted, take } = startChat();

    take(submit('m1'), asked('r1'), event);

    expect(storyOf(emitted).at(-1)).toBe(line);
  });
});
