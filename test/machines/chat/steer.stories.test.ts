import { describe, expect, it } from 'vitest';
import { waitingOf } from '../../../machines/chat.context.ts';
import type { ChatEvent } from '../../../machines/chat.events.ts';
import { ordersOf, storyOf } from '../../support/chat-story.ts';
import {
  CRASHED,
  asked,
  ended,
  interrupt,
  message,
  prepared,
  said,
  sessionMidTurn,
  submit,
} from '../../support/chat-words.ts';
import { startChat } from '../../support/start-chat.ts';

const POSITION = { runId: 'run-1', offset: 30 };

describe('a message that is said into a running turn', () => {
  it('is accepted at place 0, started when the agent took it, and ends with the turn, before it', () => {
    const { emitted, commands, take } = startChat();

    take(submit('m1'), prepared('m1'), submit('m2'), steer('s1'), taken('s1'), said('m1'), ended('m1'));

    expect(storyOf(emitted).filter((line) => !line.startsWith('noted'))).toEqual([
      'accepted m1 at 0',
      'started m1',
      'accepted m2 at 1',
      'accepted s1 at 0',
      'started s1',
      'said m1',
      'completed s1 completed',
      'completed m1 completed',
    ]);
    expect(ordersOf(commands)).toEqual(['prepare m1', 'deliver m1', 'steer s1', 'prepare m2']);
  });

  it('names the message whose turn it is part of, and leaves the whole cost to that', () => {
    const { emitted, take } = startChat();

    take(submit('m1'), prepared('m1'), steer('s1'), taken('s1'), ended('m1'));

    const part = { chatId: 'chat-1', messageId: 's1', steers: 'm1' };
    const record = { message: { ...message('s1'), isSteered: true } };
    expect(emitted).toContainEqual({
      type: 'chat.turn.accepted',
      payload: { ...part, queued: false, position: 0 },
      record,
    });
    expect(emitted).toContainEqual({
      type: 'chat.turn.started',
      payload: part,
      record: { position: POSITION },
    });
    expect(emitted).toContainEqual({
      type: 'chat.turn.completed',
      payload: { ...part, isComplete: true, outcome: 'completed' },
    });
  });

  it('waits at the head of the queue when it came too late for the agent', () => {
    const { emitted, commands, take } = startChat();

    take(submit('m1'), prepared('m1'), submit('m2'), steer('s1'), refused('s1'), ended('m1'));
    take(prepared('s1'), ended('s1'), prepared('m2'), ended('m2'));

    expect(storyOf(emitted).filter((line) => /^(started|completed)/.test(line))).toEqual([
      'started m1',
      'completed m1 completed',
      'started s1',
      'completed s1 completed',
      'started m2',
      'completed m2 completed',
    ]);
    expect(ordersOf(commands).filter((order) => order.endsWith('s1'))).toEqual([
      'steer s1',
      'prepare s1',
      'deliver s1',
    ]);
  });

  it.each([
    ['that the agent already took', [taken('s1'), refused('s1')], ['started s1']],
    ['twice', [refused('s1'), refused('s1')], ['noted moved']],
  ] as const)('runs once when it is refused %s', (_, answers, heard) => {
    const { emitted, take } = startChat();
    take(submit('m1'), prepared('m1'), steer('s1'));
    const before = emitted.length;

    take(...answers);

    expect(storyOf(emitted.slice(before))).toEqual(heard);

    take(ended('m1'), prepared('s1'), ended('s1'));

    const ends = storyOf(emitted).filter((line) => line.startsWith('completed s1'));
    expect(ends).toEqual(['completed s1 completed']);
  });

  it.each([
    ['took', taken],
    ['refused', refused],
  ] as const)('says nothing of one that the agent %s and nobody said', (_, answer) => {
    const { chat, emitted, take } = startChat();
    take(submit('m1'), prepared('m1'), steer('s1'));
    const before = emitted.length;

    take(answer('foreign'));

    expect(storyOf(emitted.slice(before))).toEqual([]);
    expect(chat.getSnapshot().context.record.steered.map(({ message: { messageId } }) => messageId)).toEqual([
      's1',
    ]);
  });

  it('is started once, however often the agent says that it took it', () => {
    const { emitted, take } = startChat();

    take(submit('m1'), prepared('m1'), steer('s1'), taken('s1'), taken('s1'));

    expect(storyOf(emitted).filter((line) => line === 'started s1')).toEqual(['started s1']);
  });

  it.each([
    ['is interrupted', [interrupt(), ended('m1', { outcome: 'interrupted' })], 'interrupted'],
    ['loses its agent', [CRASHED], 'errored'],
  ] as const)('ends once, like a turn that %s, whether the agent took it or not', (_, ending, outcome) => {
    const { emitted, take } = startChat();

    take(submit('m1'), prepared('m1'), steer('s1'), steer('s2'), written('s1'), written('s2'), taken('s1'));
    take(...ending, taken('s2'));

    expect(storyOf(emitted).filter((line) => / s\d/.test(line))).toEqual([
      'accepted s1 at 0',
      'accepted s2 at 0',
      'started s1',
      `completed s1 ${outcome}`,
      'started s2',
      `completed s2 ${outcome}`,
    ]);
  });

  const OVER = {
    ends: [ended('m1')],
    'loses its agent': [CRASHED],
    'is interrupted': [interrupt(), ended('m1', { outcome: 'interrupted' })],
    'cannot be interrupted': [interrupt(), CRASHED],
  };

  it.each(Object.entries(OVER))(
    'runs by itself, in order, when a turn %s before it was written',
    (_, ending) => {
      const { chat, emitted, commands, take } = startChat();

      take(submit('m1'), prepared('m1'), submit('m2'), steer('s1'), steer('s2'), steer('s3'), written('s1'));
      take(...ending, refused('s2'), taken('s3'), prepared('s2'), ended('s2'), prepared('s3'), ended('s3'));

      expect(ordersOf(commands).filter((order) => order.startsWith('prepare'))).toEqual(
        ['m1', 's2', 's3', 'm2'].map((id) => `prepare ${id}`),
      );
      expect(storyOf(emitted).filter((line) => /^\w+ s[23]/.test(line))).toEqual([
        'accepted s2 at 0',
        'accepted s3 at 0',
        'started s2',
        'completed s2 completed',
        'started s3',
        'completed s3 completed',
      ]);
      expect(waitingOf(chat.getSnapshot().context)).toEqual([]);
    },
  );

  it('waits behind those that were accepted before it, and before what waited', () => {
    const { chat, take } = startChat();

    take(submit('m1'), prepared('m1'), submit('m2'), steer('s1'), steer('s2'), steer('s3'), written('s3'));
    take(refused('s1'), refused('s2'), refused('s3'));

    const { queue } = chat.getSnapshot().context.record;
    expect(queue.map(({ messageId }) => messageId)).toEqual(['s1', 's2', 's3', 'm2']);
  });

  it('counts as waiting for an interrupt when the agent has not read it, and is dropped with what waits', () => {
    const { emitted, take } = startChat();

    take(submit('m1'), prepared('m1'), submit('m2'), steer('s1'), interrupt(true));
    take(ended('m1', { outcome: 'interrupted' }));

    expect(emitted).toContainEqual({
      type: 'chat.interrupted',
      payload: { chatId: 'chat-1', interrupted: true, queue: ['s1', 'm2'] },
    });
    expect(storyOf(emitted).filter((line) => /^\w+ s1/.test(line))).toEqual([
      'accepted s1 at 0',
      'dropped s1 cleared',
    ]);
  });

  it('counts as waiting for an interrupt of a turn that is ended for its silence', () => {
    const { emitted, take } = startChat();

    take(submit('m1'), prepared('m1'), steer('s1'), 600_000, { type: 'agent.answered' }, interrupt());

    expect(storyOf(emitted).slice(3)).toEqual(['noted moved', 'interrupted, waiting: s1']);
  });

  it('waits behind the message that took the place of an answer', () => {
    const { chat, take } = startChat();

    take(submit('m1'), prepared('m1'), steer('s1'), asked('r1'), submit('m2'));

    const { queue } = chat.getSnapshot().context.record;
    expect(queue.map(({ messageId }) => messageId)).toEqual(['m2', 's1']);
  });

  it('runs under the next engine when the chat was shut down before it was written', () => {
    const { chat, take } = startChat();

    take(submit('m1'), prepared('m1'), steer('s1'), { type: 'chat.shutdown' }, CRASHED);

    const { queue } = chat.getSnapshot().context.record;
    expect(queue.map(({ messageId }) => messageId)).toEqual(['s1']);
  });

  it.each([
    ['rests', []],
    ['starts', [submit('m1')]],
    ['waits for an answer', [submit('m1'), prepared('m1'), asked('r1')]],
    ['is being interrupted', [submit('m1'), prepared('m1'), interrupt()]],
    ['works by itself', [said(null, { selfDirected: true })]],
    ['works by itself in silence', [said(null, { selfDirected: true }), 600_000]],
  ] as const)('is not taken by a chat that %s', (_, steps) => {
    const { chat, take } = startChat();

    take(...steps);

    expect(chat.getSnapshot().can(steer('s1'))).toBe(false);
  });

  it('is still open for an answer after a change of engines', () => {
    const { emitted, take } = startChat({
      session: sessionMidTurn('m1', { steering: [message('s1')] }),
      steered: [{ message: message('s1'), isTaken: false }],
    });

    take(taken('s1'), ended('m1'));

    expect(storyOf(emitted).filter((line) => !line.startsWith('noted'))).toEqual([
      'started s1',
      'completed s1 completed',
      'completed m1 completed',
    ]);
  });
});

function steer(messageId: string): ChatEvent {
  return { type: 'message.steer', message: message(messageId) };
}

function written(messageId: string): ChatEvent {
  return { type: 'steer.written', messageId };
}

function taken(messageId: string): ChatEvent {
  return { type: 'steer.taken', messageId, position: POSITION };
}

function refused(messageId: string): ChatEvent {
  return { type: 'steer.refused', messageId, position: POSITION };
}

it('what nobody said into a turn is not taken by it', () => {
  const { emitted, take } = startChat();
  take(submit('m1'), prepared('m1'));
  const before = emitted.length;

  take(taken('s9'));

  expect(emitted.slice(before)).toEqual([]);
});

it('an agent that is asked whether it is there can still be told something', () => {
  const { emitted, commands, take } = startChat();
  take(submit('m1'), prepared('m1'), 600_000);

  take(steer('s1'));

  expect(storyOf(emitted).at(-1)).toBe('accepted s1 at 0');
  expect(ordersOf(commands).at(-1)).toBe('steer s1');
});
