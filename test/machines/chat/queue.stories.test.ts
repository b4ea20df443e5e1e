import { describe, expect, it } from 'vitest';
import { ordersOf, storyOf } from '../../support/chat-story.ts';
import {
  CHAT_ID,
  COMPLETED,
  DELIVERY,
  PREPARED_AT,
  CLOCK,
  ended,
  message,
  prepared,
  said,
  spoken,
  submit,
} from '../../support/chat-words.ts';
import { startChat } from '../../support/start-chat.ts';

describe('the queue of a chat', () => {
  it('tells the whole life of a turn, with what a restart needs to know', () => {
    const { emitted, commands, take } = startChat();
    const line = said('m1', { events: [spoken('one'), spoken('two')], sessionId: 'native-1' });

    const sessionMark = { sessionId: 'native-1', offset: 7 };
    take(submit('m1'), prepared('m1'), line, { ...ended('m1'), sessionMark });

    const turn = { chatId: CHAT_ID, messageId: 'm1' };
    const running = { ...message('m1'), policy: 'bypass' };
    const position = { runId: 'run-1', offset: 10 };
    expect(emitted).toEqual([
      {
        type: 'chat.turn.accepted',
        payload: { ...turn, queued: false, position: 0 },
        record: { message: message('m1') },
      },
      {
        type: 'chat.turn.started',
        payload: turn,
        record: { message: running, delivery: DELIVERY, startedAt: PREPARED_AT, clock: CLOCK },
      },
      {
        type: 'chat.said',
        payload: { ...turn, events: [spoken('one'), spoken('two')] },
        record: { sessionId: 'native-1', position },
      },
      { type: 'chat.updated', record: { sessionMark, position } },
      { type: 'chat.turn.completed', payload: { ...turn, isComplete: true, ...COMPLETED } },
    ]);
    expect(commands).toEqual([
      { type: 'agent.prepare', message: running },
      { type: 'agent.deliver', message: running, delivery: DELIVERY },
    ]);
  });

  it('runs messages one at a time, in the order they came, each knowing how many are before it', () => {
    const { emitted, take } = startChat();

    take(submit('m1'), submit('m2'), submit('m3'));
    take(prepared('m1'), ended('m1'), prepared('m2'), ended('m2'), prepared('m3'), ended('m3'));

    expect(storyOf(emitted).filter((line) => !line.startsWith('noted'))).toEqual([
      'accepted m1 at 0',
      'accepted m2 at 1',
      'accepted m3 at 2',
      'started m1',
      'completed m1 completed',
      'started m2',
      'completed m2 completed',
      'started m3',
      'completed m3 completed',
    ]);
  });

  it('holds messages until turns may start, then runs them in order', () => {
    const { emitted, commands, take } = startChat({ mayStart: false });

    take(submit('m1'), submit('m2'));
    expect(commands).toEqual([]);
    take({ type: 'turns.release' });

    expect(storyOf(emitted)).toEqual(['accepted m1 at 0', 'accepted m2 at 1']);
    expect(ordersOf(commands)).toEqual(['prepare m1']);
  });

  it('lets a running turn finish when turns are held, and starts no other', () => {
    const { emitted, commands, take } = startChat();

    take(submit('m1'), submit('m2'), prepared('m1'), { type: 'turns.hold' }, ended('m1'));

    expect(ordersOf(commands)).toEqual(['prepare m1', 'deliver m1']);
    expect(storyOf(emitted).at(-1)).toBe('completed m1 completed');
  });

  it('runs the next message after a turn that failed', () => {
    const { emitted, commands, take } = startChat();

    take(submit('m1'), submit('m2'), prepared('m1'), ended('m1', { outcome: 'errored' }));

    expect(storyOf(emitted).at(-1)).toBe('completed m1 errored');
    expect(ordersOf(commands).at(-1)).toBe('prepare m2');
  });

  it('is reordered, and remembers the new order', () => {
    const { chat, emitted, take } = startChat({ mayStart: false });

    take(submit('m1'), submit('m2'), submit('m3'));
    take({ type: 'queue.reorder', messageId: 'm3', position: 0 });

    expect(emitted.at(-1)).toEqual({ type: 'chat.updated', record: { moved: [{ messageId: 'm3', to: 0 }] } });
    expect(chat.getSnapshot().context.record.queue.map(({ messageId }) => messageId)).toEqual([
      'm3',
      'm1',
      'm2',
    ]);
  });

  it('takes a place past its end for the end, and a foreign message for nothing', () => {
    const { chat, take } = startChat({ mayStart: false });

    take(submit('m1'), submit('m2'));
    take({ type: 'queue.reorder', messageId: 'm1', position: 9 });
    take({ type: 'queue.reorder', messageId: 'm9', position: 0 });

    expect(chat.getSnapshot().context.record.queue.map(({ messageId }) => messageId)).toEqual(['m2', 'm1']);
  });

  it('drops a withdrawn message, once, and none that it does not hold', () => {
    const { emitted, take } = startChat({ mayStart: false });

    take(submit('m1'), submit('m2'));
    take({ type: 'message.withdraw', messageId: 'm1' });
    take({ type: 'message.withdraw', messageId: 'm1' }, { type: 'message.withdraw', messageId: 'm9' });

    expect(storyOf(emitted)).toEqual(['accepted m1 at 0', 'accepted m2 at 1', 'dropped m1 deleted']);
  });

  it('is cleared without touching the running turn', () => {
    const { emitted, take } = startChat();

    take(submit('m1'), prepared('m1'), submit('m2'), submit('m3'), { type: 'queue.clear' }, ended('m1'));

    expect(storyOf(emitted).slice(4)).toEqual([
      'dropped m2 cleared',
      'dropped m3 cleared',
      'noted position',
      'completed m1 completed',
    ]);
  });
});
