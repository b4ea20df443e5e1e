import { describe, expect, it } from 'vitest';
import type { ChatInput } from '../../../machines/chat.events.ts';
import { ordersOf, storyOf } from '../../support/chat-story.ts';
import {
  CRASHED,
  DELIVERY,
  answered,
  ended,
  message,
  prepared,
  request,
  session,
  sessionMidTurn,
} from '../../support/chat-words.ts';
import { startChat } from '../../support/start-chat.ts';
import { leafOf } from '../../support/state-names.ts';

describe('a chat taken up from its record', () => {
  const RECORDS: [string, Partial<ChatInput>, string][] = [
    ['new', {}, 'resting.idle'],
    ['idle', { session: session({ sessionId: 'native-1' }) }, 'resting.idle'],
    ['errored', { errored: true }, 'resting.errored'],
    ['with messages that wait', { queue: [message('m1')] }, 'running.starting'],
    ['with messages while turns are held', { queue: [message('m1')], mayStart: false }, 'resting.idle'],
    ['errored with messages that wait', { queue: [message('m1')], errored: true }, 'running.starting'],
    ['in the middle of a turn', { session: sessionMidTurn('m1') }, 'running.working'],
    [
      'in a turn though turns are held',
      { session: sessionMidTurn('m1'), mayStart: false },
      'running.working',
    ],
    [
      'waiting for an answer',
      { session: sessionMidTurn('m1', { requests: [request('r1')] }) },
      'running.awaiting',
    ],
    ['working by itself', { selfDirected: true }, 'running.working'],
    ['interrupting a turn', { session: sessionMidTurn('m1'), interrupting: true }, 'interrupting.asking'],
    ['interrupting work of its own', { selfDirected: true, interrupting: true }, 'interrupting.asking'],
  ];

  it.each(RECORDS)('%s announces nothing and stands where it stood', (_, input, state) => {
    const { chat, emitted } = startChat(input);

    expect(leafOf(chat.getSnapshot())).toBe(state);
    expect(emitted).toEqual([]);
  });

  it('goes on with its turn and ends it, without starting it again', () => {
    const { emitted, commands, take } = startChat({
      session: sessionMidTurn('m1'),
      queue: [message('m2')],
    });

    take(ended('m1'));

    expect(storyOf(emitted)).toEqual(['noted position', 'completed m1 completed']);
    expect(ordersOf(commands)).toEqual(['prepare m2']);
  });

  it('ends a turn as lost when its driver reports that nobody can know', () => {
    const { chat, emitted, take } = startChat({ session: sessionMidTurn('m1') });

    take(ended('m1', { outcome: 'lost' }));

    expect(storyOf(emitted).at(-1)).toBe('completed m1 lost');
    expect(leafOf(chat.getSnapshot())).toBe('resting.errored');
  });

  it('hands a message over once more when its driver prepares it anew', () => {
    const { chat, emitted, commands, take } = startChat({
      session: sessionMidTurn('m1', { requests: [request('r1')] }),
      selfDirected: true,
    });

    take(prepared('m1', { runId: 'run-2' }));

    expect(emitted.slice(1)).toEqual([
      { type: 'chat.updated', record: { selfDirected: false } },
      { type: 'chat.updated', record: { delivery: { runId: 'run-2' } } },
    ]);
    expect(storyOf(emitted).at(0)).toBe('closed r1 withdrawn');
    expect(ordersOf(commands)).toEqual(['deliver m1']);
    expect(chat.getSnapshot().context.delivery).toEqual({ runId: 'run-2' });
  });

  it('repeats an interrupt and does not hand the message over again', () => {
    const { chat, emitted, commands, take } = startChat({
      session: sessionMidTurn('m1'),
      interrupting: true,
    });

    take(prepared('m1', DELIVERY));

    expect(ordersOf(commands)).toEqual(['interrupt', 'abandon m1']);
    expect(storyOf(emitted)).toEqual(['completed m1 interrupted']);
    expect(leafOf(chat.getSnapshot())).toBe('resting.idle');
  });

  it('takes an answer to a request that was opened before', () => {
    const { chat, commands, take } = startChat({
      session: sessionMidTurn('m1', { requests: [request('r1')] }),
    });

    take(answered('r1'));

    expect(ordersOf(commands)).toEqual(['answer r1 allow']);
    expect(leafOf(chat.getSnapshot())).toBe('running.working');
  });

  it('ends its turn when the agent turns out to be dead', () => {
    const { chat, emitted, take } = startChat({ session: sessionMidTurn('m1') });

    take(CRASHED);

    expect(storyOf(emitted)).toEqual(['completed m1 errored']);
    expect(leafOf(chat.getSnapshot())).toBe('resting.errored');
  });
});
