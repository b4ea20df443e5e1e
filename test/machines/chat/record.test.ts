import { expect, it } from 'vitest';
import type { ChatInput } from '../../../machines/chat.events.ts';
import { restoredChatInput } from '../../../src/actors/restore-chat.ts';
import type { ChatRecord } from '../../../src/contract/records.ts';
import { conditionOf } from '../../../src/projection/chat-condition.ts';
import { Recorder } from '../../../src/projection/recorder.ts';
import { CHAT_ID, session } from '../../support/chat-words.ts';
import { leafOf } from '../../support/state-names.ts';
import { walkChat } from './walk/walk.ts';
import type { Stand, Walk } from './walk/walk.ts';

const WALKS = 100;
const STEPS = 40;
const NOW = new Date('2026-01-01T00:00:00.000Z');
const CLOCK = { bootId: 'boot', ms: 0 };

it('whatever happens to a chat, its record tells where to take it up again', () => {
  const walks = Array.from({ length: WALKS }, (_, seed) => walkChat(seed, STEPS));

  const violations = walks.flatMap(firstDifference);

  expect(violations.toSorted((one, other) => one.route.length - other.route.length)[0]).toBe(undefined);
});

/** Folds what a walk emitted, step by step, and compares the record with the machine after each. */
function firstDifference(walk: Walk) {
  const records = new Map([[CHAT_ID, recordOf(walk.start)]]);
  const recorder = new Recorder({
    append: () => ID,
    onDelta: () => undefined,
    now: () => NOW,
    clock: () => CLOCK,
    records,
  });
  for (const { emitted, snapshot } of walk.stands) {
    recorder.recordChat(CHAT_ID, emitted, conditionOf(snapshot));
    const record = records.get(CHAT_ID);
    if (record === undefined) break;
    const [told, known] = [toldBy(record, snapshot), knownTo(snapshot)];
    if (JSON.stringify(told) !== JSON.stringify(known)) return [{ route: walk.route, emitted, told, known }];
  }
  return [];
}

const ID = '000000000001-00000000';

function toldBy(record: ChatRecord, snapshot: Stand['snapshot']) {
  const { session: told, queue, steered, interrupting, selfDirected, errored } = restoredChatInput(record);
  return {
    turn: told.turn === null ? null : [told.turn.message.messageId, told.turn.delivery.runId],
    requests: told.requests.map(({ id }) => id),
    queue: queue.map(({ messageId }) => messageId),
    steered: (steered ?? []).map(({ message, isTaken }) => [message.messageId, isTaken]),
    interrupting: isInterruptCompared(snapshot) ? interrupting : null,
    selfDirected,
    errored,
  };
}

/** A message that is starting is on record as waiting: nothing of it was announced. */
function knownTo(snapshot: Stand['snapshot']) {
  const { current, delivery, queue, steered, requests, selfDirected, stopReason } = snapshot.context;
  const turn = current !== null && delivery !== null ? [current.messageId, delivery.runId] : null;
  const starting = current !== null && delivery === null ? [current] : [];
  return {
    turn,
    requests: requests.map(({ id }) => id),
    queue: [...starting, ...queue].map(({ messageId }) => messageId),
    steered: steered.map(({ message, isTaken }) => [message.messageId, isTaken]),
    interrupting: isInterruptCompared(snapshot) ? stopReason === 'user' : null,
    selfDirected,
    errored: snapshot.matches({ resting: 'errored' }) || isLeavingInError(snapshot),
  };
}

function isLeavingInError(snapshot: Stand['snapshot']): boolean {
  const { current, selfDirected, lastOutcome } = snapshot.context;
  const isLeaving = /^(stopping|gone|stopped|deleted)/.test(leafOf(snapshot));
  return isLeaving && current === null && !selfDirected && /^(errored|lost)$/.test(lastOutcome ?? '');
}

/** Where a process is being ended anyway, it makes no difference whether the user had asked for it. */
function isInterruptCompared(snapshot: Stand['snapshot']): boolean {
  return !/^(stopping|interrupting\.(terminating|killing))/.test(leafOf(snapshot));
}

function recordOf(start: Partial<ChatInput>): ChatRecord {
  const { chatId, provider, policy, sessionId, position, turn, requests } = start.session ?? session();
  return {
    chat: {
      id: chatId,
      provider,
      title: 'Test',
      createdAt: NOW.toISOString(),
      updatedAt: NOW.toISOString(),
      processing: false,
      parentChatId: null,
      state: start.errored ? 'errored' : 'idle',
    },
    policy,
    sessionId,
    position,
    turn,
    requests,
    queue: start.queue ?? [],
    interrupting: start.interrupting ?? false,
    selfDirected: start.selfDirected ?? false,
    steered: start.steered ?? [],
    receipts: [],
  };
}
