import { describe, expect, it } from 'vitest';
import { ordersOf, storyOf } from '../../support/chat-story.ts';
import {
  CHAT_ID,
  COMPLETED,
  CRASHED,
  answered,
  asked,
  ended,
  interrupt,
  message,
  prepared,
  said,
  submit,
} from '../../support/chat-words.ts';
import { startChat } from '../../support/start-chat.ts';
import { leafOf } from '../../support/state-names.ts';

const INTERRUPTED = ended('m1', { outcome: 'interrupted' });

describe('interrupting a chat', () => {
  it('asks the agent, ends the turn as interrupted and goes on with the queue', () => {
    const { emitted, commands, take } = startChat();

    take(submit('m1'), submit('m2'), prepared('m1'), interrupt(), INTERRUPTED);

    expect(storyOf(emitted)).toEqual([
      'accepted m1 at 0',
      'accepted m2 at 1',
      'started m1',
      'interrupted, waiting: m2',
      'noted position',
      'completed m1 interrupted',
    ]);
    expect(ordersOf(commands)).toEqual(['prepare m1', 'deliver m1', 'interrupt', 'prepare m2']);
  });

  it('ends with its turn: the next one fails for a reason of its own, and may be interrupted too', () => {
    const { emitted, take } = startChat();
    take(submit('m1'), submit('m2'), submit('m3'), prepared('m1'), interrupt(), INTERRUPTED);

    take(prepared('m2'), CRASHED, prepared('m3'), interrupt());

    expect(storyOf(emitted).slice(-4)).toEqual([
      'started m2',
      'completed m2 errored',
      'started m3',
      'interrupted, waiting: none',
    ]);
  });

  it('leaves a turn completed that the agent finished before it heard of the interrupt', () => {
    const { emitted, take } = startChat();

    take(submit('m1'), prepared('m1'), interrupt(), ended('m1'));

    expect(emitted.at(-1)).toEqual({
      type: 'chat.turn.completed',
      payload: { chatId: CHAT_ID, messageId: 'm1', isComplete: true, ...COMPLETED },
    });
  });

  it('drops a message that was still starting, and tells the agent to forget it', () => {
    const { chat, emitted, commands, take } = startChat();

    take(submit('m1'), interrupt(), prepared('m1'));

    expect(storyOf(emitted)).toEqual([
      'accepted m1 at 0',
      'interrupted, waiting: none',
      'dropped m1 interrupted',
    ]);
    expect(ordersOf(commands)).toEqual(['prepare m1', 'abandon']);
    expect(leafOf(chat.getSnapshot())).toBe('resting.idle');
  });

  it('drops a message that was starting while the agent worked by itself, and is announced once', () => {
    const { chat, emitted, take } = startChat();

    take(submit('m1'), said(null, { selfDirected: true }), interrupt(), interrupt());

    expect(storyOf(emitted).slice(2)).toEqual(['interrupted, waiting: none', 'dropped m1 interrupted']);
    expect(leafOf(chat.getSnapshot())).toBe('interrupting');
  });

  it('names what waited and drops it when asked to clear the queue', () => {
    const { chat, emitted, take } = startChat();

    take(submit('m1'), submit('m2'), submit('m3'), prepared('m1'), interrupt(true), INTERRUPTED);

    expect(storyOf(emitted).slice(4)).toEqual([
      'interrupted, waiting: m2 m3',
      'dropped m2 cleared',
      'dropped m3 cleared',
      'noted position',
      'completed m1 interrupted',
    ]);
    expect(leafOf(chat.getSnapshot())).toBe('resting.idle');
  });

  it('is announced and asked once, however often it is repeated', () => {
    const { emitted, commands, take } = startChat();

    take(submit('m1'), prepared('m1'), submit('m2'), interrupt(), interrupt(), interrupt(true));

    expect(storyOf(emitted).slice(3)).toEqual(['interrupted, waiting: m2', 'dropped m2 cleared']);
    expect(ordersOf(commands)).toEqual(['prepare m1', 'deliver m1', 'interrupt']);
  });

  it('closes a request that was waiting', () => {
    const { emitted, take } = startChat();

    take(submit('m1'), prepared('m1'), asked('r1'), interrupt(), INTERRUPTED);

    expect(storyOf(emitted).slice(2)).toEqual([
      'opened r1 of m1',
      'interrupted, waiting: none',
      'closed r1 withdrawn',
      'noted position',
      'completed m1 interrupted',
    ]);
  });

  it.each([
    ['interrupted', interrupt()],
    ['deleted', { type: 'chat.delete' }],
    ['shut down', { type: 'chat.shutdown' }],
  ] as const)('takes no answer any more once it is %s, and waits for none', (_, stop) => {
    const { chat, commands, emitted, take } = startChat();
    take(submit('m1'), prepared('m1'), asked('r1'), stop);
    const before = [commands.length, emitted.length];

    take(answered('r1'), asked('r2'));

    expect(chat.getSnapshot().context.record.requests).toEqual([]);
    expect([commands.length, emitted.length]).toEqual(before);
  });

  it('that was given a message in place of an answer ends both: that message is what the stop was for', () => {
    const { chat, emitted, take } = startChat();

    take(submit('m1'), submit('m2'), prepared('m1'), asked('r1'), submit('m3'), interrupt(), INTERRUPTED);

    expect(storyOf(emitted).slice(3)).toEqual([
      'opened r1 of m1',
      'closed r1 superseded',
      'accepted m3 at 1',
      'noted moved',
      'interrupted, waiting: m2',
      'dropped m3 interrupted',
      'noted position',
      'completed m1 interrupted',
    ]);
    expect(chat.getSnapshot().context.preparing?.messageId).toBe('m2');
  });

  it('leaves alone what came after the message that took the place of an answer', () => {
    const { emitted, take } = startChat();

    take(submit('m1'), prepared('m1'), asked('r1'), submit('m2'), submit('m3'));
    take({ type: 'message.withdraw', messageId: 'm2' }, interrupt(), INTERRUPTED);

    expect(storyOf(emitted).filter((line) => line.startsWith('dropped'))).toEqual(['dropped m2 deleted']);
  });

  it('is said once of a turn that is being ended for another reason, and repeats change nothing', () => {
    const { emitted, take } = startChat();

    take(
      submit('m1'),
      prepared('m1'),
      600_000,
      { type: 'agent.answered' },
      interrupt(),
      interrupt(),
      INTERRUPTED,
    );

    expect(storyOf(emitted).slice(2)).toEqual([
      'interrupted, waiting: none',
      'noted position',
      'completed m1 interrupted',
    ]);
  });

  it('keeps what the agent still prints', () => {
    const { emitted, take } = startChat();

    take(submit('m1'), prepared('m1'), interrupt(), said('m1'), INTERRUPTED);

    expect(storyOf(emitted).slice(2)).toEqual([
      'interrupted, waiting: none',
      'said m1',
      'noted position',
      'completed m1 interrupted',
    ]);
  });

  it('waits for the word of the process, which has the ladder, however long that takes', () => {
    const { chat, commands, take } = startChat();

    take(submit('m1'), prepared('m1'), interrupt(), 24 * 3_600_000);

    expect(leafOf(chat.getSnapshot())).toBe('interrupting');
    expect(ordersOf(commands).slice(2)).toEqual(['interrupt']);
  });

  it('ends as interrupted when the process goes over it', () => {
    const { chat, emitted, take } = startChat();

    take(submit('m1'), prepared('m1'), interrupt(), CRASHED);

    expect(storyOf(emitted).at(-1)).toBe('completed m1 interrupted');
    expect(leafOf(chat.getSnapshot())).toBe('resting.idle');
  });

  it('gives a message up that its driver wanted to hand over once more', () => {
    const { emitted, commands, take } = startChat();

    take(submit('m1'), prepared('m1'), interrupt(), prepared('m1', { runId: 'run-2' }));

    expect(storyOf(emitted).at(-1)).toBe('completed m1 interrupted');
    expect(ordersOf(commands).slice(2)).toEqual(['interrupt', 'abandon']);
  });

  it('accepts messages meanwhile and runs them afterwards', () => {
    const { emitted, commands, take } = startChat();

    take(submit('m1'), prepared('m1'), interrupt(), submit('m2'), INTERRUPTED);

    expect(storyOf(emitted)).toContain('accepted m2 at 1');
    expect(commands.at(-1)).toEqual({
      type: 'agent.prepare',
      message: { ...message('m2'), policy: 'bypass' },
    });
  });
});

describe('a message that is starting', () => {
  it('is dropped with what waits behind it when the queue is to be cleared', () => {
    const { emitted, take } = startChat();

    take(submit('m1'), submit('m2'), interrupt(true));

    expect(storyOf(emitted).slice(2)).toEqual([
      'interrupted, waiting: m2',
      'dropped m1 interrupted',
      'dropped m2 cleared',
    ]);
  });

  it('is dropped while the agent works by itself, which is interrupted, too', () => {
    const { chat, emitted, commands, take } = startChat();

    take(submit('m1'), submit('m2'), said(null, { selfDirected: true }), interrupt(true));

    expect(storyOf(emitted).slice(3)).toEqual([
      'interrupted, waiting: m2',
      'dropped m1 interrupted',
      'dropped m2 cleared',
    ]);
    expect(ordersOf(commands)).toEqual(['prepare m1', 'abandon', 'interrupt']);
    expect(leafOf(chat.getSnapshot())).toBe('interrupting');
  });

  it('is not taken for another one that was prepared', () => {
    const { chat, emitted, take } = startChat();

    take(submit('m1'), prepared('m0'));
    expect(leafOf(chat.getSnapshot())).toBe('running.starting');
    take(prepared('m1'), interrupt(), prepared('m0'));

    expect(storyOf(emitted).slice(1)).toEqual(['started m1', 'interrupted, waiting: none']);
    expect(leafOf(chat.getSnapshot())).toBe('interrupting');
  });

  it('leaves nothing running behind it when its process ends', () => {
    const { chat, take } = startChat();

    take(submit('m1'), said(null, { selfDirected: true }), CRASHED);

    expect(chat.getSnapshot().context.record.selfDirected).toBe(false);
    expect(leafOf(chat.getSnapshot())).toBe('resting.errored');
  });
});
