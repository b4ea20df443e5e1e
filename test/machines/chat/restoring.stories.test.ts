import { describe, expect, it } from 'vitest';
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
import { recordOf, startChat, type ChatStart } from '../../support/start-chat.ts';
import { leafOf } from '../../support/state-names.ts';

describe('a chat taken up from its record', () => {
  const RECORDS: [string, ChatStart, string][] = [
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
    ['interrupting a turn', { session: sessionMidTurn('m1'), interrupting: true }, 'interrupting'],
    ['interrupting work of its own', { selfDirected: true, interrupting: true }, 'interrupting'],
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
    expect(chat.getSnapshot().context.record.turn?.delivery).toEqual({ runId: 'run-2' });
  });

  it('repeats an interrupt and does not hand the message over again', () => {
    const { chat, emitted, commands, take } = startChat({
      session: sessionMidTurn('m1'),
      interrupting: true,
    });

    take(prepared('m1', DELIVERY));

    expect(ordersOf(commands)).toEqual(['interrupt', 'abandon']);
    expect(storyOf(emitted)).toEqual(['completed m1 interrupted']);
    expect(leafOf(chat.getSnapshot())).toBe('resting.idle');
  });

  it('that interrupts a turn which was never handed over rests, whatever its agent did by itself', () => {
    const { chat, emitted, take } = startChat({
      session: sessionMidTurn('m1'),
      selfDirected: true,
      interrupting: true,
    });

    take(prepared('m1', DELIVERY));

    expect(storyOf(emitted)).toEqual(['completed m1 interrupted', 'noted selfDirected']);
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

describe('a chat that is new', () => {
  it('says so, with its private part, and rests', () => {
    const { chat, emitted } = startChat({ origin: { kind: 'created' } });

    const { chat: summary, policy } = recordOf({});
    expect(emitted).toEqual([{ type: 'chat.created', payload: { chat: summary }, record: { policy } }]);
    expect(leafOf(chat.getSnapshot())).toBe('resting.idle');
  });

  it('names the request of the client that it was made for', () => {
    const record = { ...recordOf({}), clientRequestId: 'r-1' };

    const { emitted } = startChat({ origin: { kind: 'created' }, record });

    expect(emitted[0]).toMatchObject({ payload: { clientRequestId: 'r-1' } });
  });
});

const MID_TURN: ChatStart = {
  session: sessionMidTurn('m1', { requests: [request('r1')], position: { runId: 'run-1', offset: 5 } }),
  steered: [
    { message: message('s1'), isTaken: true },
    { message: message('s2'), isTaken: false },
  ],
  queue: [message('m2'), message('m3')],
  selfDirected: true,
};

describe('a chat whose home was restored on another machine', () => {
  const MOVED: ChatStart = { ...MID_TURN, origin: { kind: 'moved' } };

  it('ends its turn as lost, begins its agent anew in the conversation that it had, and goes on with what waits', () => {
    const { commands, emitted, sessions } = startChat({
      ...MOVED,
      session: { ...MOVED.session!, sessionId: 'native-1' },
    });

    expect(storyOf(emitted)).toEqual([
      'closed r1 withdrawn',
      'completed s1 lost',
      'started s2',
      'completed s2 lost',
      'completed m1 lost',
      'noted position selfDirected',
    ]);
    expect(emitted[4]).toMatchObject({ payload: { error: { code: 'machine_lost' } } });
    expect(sessions).toMatchObject([{ sessionId: 'native-1', position: null, turn: null }]);
    expect(ordersOf(commands)).toEqual(['prepare m2']);
  });

  it('ends a turn that was being interrupted as interrupted', () => {
    const { emitted } = startChat({
      session: sessionMidTurn('m1'),
      interrupting: true,
      origin: { kind: 'moved' },
    });

    expect(storyOf(emitted)).toEqual(['completed m1 interrupted', 'noted position selfDirected']);
  });
});

describe('a chat in a copied home', () => {
  const COPIED: ChatStart = { ...MID_TURN, origin: { kind: 'copied' } };

  it('ends its turn as lost, drops what waits, and rests', () => {
    const { chat, emitted } = startChat(COPIED);

    expect(storyOf(emitted)).toEqual([
      'closed r1 withdrawn',
      'completed s1 lost',
      'started s2',
      'completed s2 lost',
      'completed m1 lost',
      'dropped m2 cleared',
      'dropped m3 cleared',
      'noted position selfDirected',
    ]);
    expect(emitted[4]).toMatchObject({ payload: { error: { code: 'workspace_copied' } } });
    expect(leafOf(chat.getSnapshot())).toBe('resting.idle');
  });

  it('begins its agent anew, in the conversation that it had', () => {
    const { sessions } = startChat({ ...COPIED, session: { ...COPIED.session!, sessionId: 'native-1' } });

    expect(sessions).toMatchObject([
      {
        sessionId: 'native-1',
        position: null,
        turn: null,
        requests: [],
        selfDirected: false,
        isGivenUp: false,
      },
    ]);
  });
});

describe('a chat that failed too often', () => {
  const GIVEN_UP: ChatStart = { ...MID_TURN, origin: { kind: 'givenUp', reason: 'It broke.' } };

  it('ends its turn as errored, keeps what waits, and says why', () => {
    const { chat, emitted } = startChat(GIVEN_UP);

    expect(storyOf(emitted)).toEqual([
      'closed r1 withdrawn',
      'completed s1 errored',
      'started s2',
      'completed s2 errored',
      'completed m1 errored',
      'noted selfDirected',
    ]);
    const { chat: summary, queue } = chat.getSnapshot().context.record;
    expect(summary.lastError).toEqual({
      code: 'chat_failed',
      message: 'The chat failed too often and was given up: It broke.',
    });
    expect(queue.map(({ messageId }) => messageId)).toEqual(['m2', 'm3']);
  });

  it('has no agent, and starts nothing', () => {
    const { commands, sessions, take } = startChat(GIVEN_UP);

    take({ type: 'turns.release' });

    expect(sessions).toMatchObject([{ turn: null, isGivenUp: true }]);
    expect(commands).toEqual([]);
  });

  it('can be deleted, with what waits', () => {
    const { emitted, take } = startChat(GIVEN_UP);

    take({ type: 'chat.delete' });

    expect(storyOf(emitted).slice(6)).toEqual([
      'dropped m2 chatDeleted',
      'dropped m3 chatDeleted',
      'deleted',
    ]);
  });
});
