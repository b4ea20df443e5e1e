import { expect, it } from 'vitest';
import type { ChatEmitted } from '../../../machines/chat.events.ts';
import { evolve, createRecord } from '../../../machines/chat.record.ts';
import type { ChatSummary } from '../../../src/contract/chats.ts';
import type { ChatRecord, QueuedMessage } from '../../../src/contract/records.ts';
import type { ChatCondition, Delta, Entry } from '../../../src/journal/projection/recorder.ts';
import { bareRecorder } from '../../support/bare-recorder.ts';

const NOW = '2026-03-01T10:00:00.000Z';
const CHAT: ChatSummary = {
  id: 'c1',
  provider: 'claude',
  title: 'Claude Code',
  createdAt: '2026-03-01T09:00:00.000Z',
  updatedAt: '2026-03-01T09:00:00.000Z',
  processing: false,
  parentChatId: null,
  state: 'idle',
};
const MESSAGE: QueuedMessage = {
  messageId: 'm1',
  turnId: '0190b6a4-0000-4000-8000-000000000001',
  digest: 'd1',
  content: { kind: 'inline', text: 'hello' },
  planMode: false,
  queuedAt: NOW,
};
const RUNNING: ChatCondition = { state: 'running', processing: true, awaitingInput: false };
const IDLE: ChatCondition = { state: 'idle', processing: false, awaitingInput: false };

it('puts facts, summary and counters of one step into one group, in this order', () => {
  const { recorder, take, groups } = startRecorder();
  recorder.countersChange = () => statusChanged();

  take([accepted()], RUNNING);

  const chat = { ...CHAT, lastMessageText: 'hello', state: 'running', processing: true, updatedAt: NOW };
  expect(groups).toEqual([
    {
      entries: [accepted(), { type: 'chat.updated', payload: { chat } }, statusChanged()],
      sync: true,
    },
  ]);
});

it('shows in a snapshot what the group says, as soon as the group is on its way', () => {
  const { recorder, take } = startRecorder();

  take([accepted()], RUNNING);

  expect(recorder.records.get('c1')?.chat.processing).toBe(true);
  expect(recorder.records.get('c1')?.queue).toEqual([MESSAGE]);
});

it('knows up to where the native session is known', () => {
  const { recorder, take } = startRecorder();
  const sessionMark = { sessionId: 's1', offset: 7 };

  take([{ type: 'chat.updated', record: { sessionMark } }], IDLE);

  expect(recorder.records.get('c1')?.sessionMark).toEqual(sessionMark);
});

it('says nothing about a chat that did not change', () => {
  const { take, groups } = startRecorder();

  take([], IDLE);

  expect(groups).toEqual([]);
});

it('merges the private parts of a step into its one line about the chat', () => {
  const { take, groups } = startRecorder();

  take(
    [
      { type: 'chat.updated', record: { selfDirected: true } },
      { type: 'chat.updated', record: { sessionId: 's1' } },
    ],
    IDLE,
  );

  expect(groups).toEqual([
    {
      entries: [
        { type: 'chat.updated', payload: { chat: CHAT }, record: { selfDirected: true, sessionId: 's1' } },
      ],
      sync: false,
    },
  ]);
});

it('tells each delta with the id of its own line, and does not sync for it', () => {
  const { take, groups, deltas } = startRecorder();
  const event = (text: string) => ({ timestamp: NOW, type: 'claude-assistant', payload: { text } });
  const turn = { chatId: 'c1', messageId: 'm1' };
  const record = { sessionId: 's1' };

  take([{ type: 'chat.said', payload: { ...turn, events: [event('one'), event('two')] }, record }], IDLE);

  expect(groups).toEqual([
    {
      entries: [
        { type: 'chat.turn.delta', payload: { ...turn, event: event('one') } },
        { type: 'chat.turn.delta', payload: { ...turn, event: event('two') }, record },
      ],
      sync: false,
    },
  ]);
  expect(deltas).toEqual([
    { id: '000000000001-aaaaaaaa', chatId: 'c1', event: event('one') },
    { id: '000000000002-aaaaaaaa', chatId: 'c1', event: event('two') },
  ]);
});

it('measures a turn by the clock of the machine, whatever the wall clock says', () => {
  const { recorder, take, groups, clock } = startRecorder();
  take([accepted(), started()], RUNNING);
  const endedAt = '2026-03-02T10:00:00.000Z';
  clock.at = new Date(endedAt);
  clock.ms += 1_500;

  take([completed()], IDLE);

  const measured = { ...completed().payload, durationMs: 1_500 };
  expect(groups.at(-1)?.entries[0]).toEqual({
    type: 'chat.turn.completed',
    payload: measured,
    record: { endedAt },
  });
  const { chatId: _, isComplete: __, ...turn } = measured;
  expect(recorder.records.get('c1')?.endedTurns).toEqual([{ ...turn, endedAt }]);
});

it.each([
  ['by the wall clock when the machine was booted since', '2026-03-01T10:00:07.000Z', 7_000],
  ['as nothing when that went back as well', '2026-03-01T09:00:00.000Z', 0],
])('measures a turn %s', (_how, at, durationMs) => {
  const { take, groups, clock } = startRecorder();
  take([accepted(), started()], RUNNING);
  Object.assign(clock, { at: new Date(at), bootId: 'another', ms: 3 });

  take([completed()], IDLE);

  expect(groups.at(-1)?.entries[0]?.payload).toEqual({ ...completed().payload, durationMs });
});

it('says in the conversation why a turn came to nothing, before it says that it did', () => {
  const { take, groups, deltas } = startRecorder();
  take([accepted(), started()], RUNNING);
  const { payload } = completed();
  const failed = {
    isComplete: false,
    outcome: 'errored',
    error: { code: 'killed', message: 'It was killed.' },
  } as const;

  take([{ type: 'chat.turn.completed', payload: { ...payload, ...failed } }], IDLE);

  const event = { timestamp: NOW, type: 'turn-end', payload: { outcome: 'errored', ...failed.error } };
  expect(groups.at(-1)?.entries.slice(0, 2)).toEqual([
    { type: 'chat.turn.delta', payload: { chatId: 'c1', messageId: 'm1', event } },
    {
      type: 'chat.turn.completed',
      payload: { ...payload, ...failed, durationMs: 0 },
      record: { endedAt: NOW },
    },
  ]);
  expect(deltas).toEqual([{ id: expect.any(String), chatId: 'c1', event }]);
});

it('forgets a deleted chat and announces no summary of it', () => {
  const { recorder, take, groups } = startRecorder();

  take([{ type: 'chat.deleted', payload: { chatId: 'c1' } }], IDLE);

  expect(groups.map(({ entries }) => entries.map(({ type }) => type))).toEqual([['chat.deleted']]);
  expect(recorder.records.size).toBe(0);
});

it('knows nothing of a step that could not be written', () => {
  const before = emptyRecord();
  const records = new Map([['c1', before]]);
  const recorder = bareRecorder({ records, append: () => expect.fail('It has no room.') });

  for (const [id, record] of [
    ['c1', before],
    ['c2', { ...before, chat: { ...CHAT, id: 'c2' } }],
  ] as const)
    expect(() => recorder.tellChat({ ...record, sessionId: id }, [accepted()], RUNNING)).toThrow('no room');

  expect([...records]).toEqual([['c1', before]]);
});

function startRecorder() {
  const groups: { entries: Entry[]; sync: boolean }[] = [];
  const deltas: Delta[] = [];
  const clock = { at: new Date(NOW), bootId: 'boot', ms: 1_000 };
  let sequence = 0;
  const recorder = bareRecorder({
    append: (entries, { sync }) => {
      groups.push({ entries, sync });
      sequence += entries.length;
      return `${String(sequence).padStart(12, '0')}-aaaaaaaa`;
    },
    onDelta: (delta) => deltas.push(delta),
    now: () => clock.at,
    clock: () => ({ bootId: clock.bootId, ms: clock.ms }),
    records: new Map([['c1', emptyRecord()]]),
  });
  /** What a machine does: what it says makes its record. */
  const take = (emitted: ChatEmitted[], condition: ChatCondition) => {
    const before = recorder.records.get('c1') ?? emptyRecord();
    recorder.tellChat(emitted.reduce<ChatRecord>(evolve, before), emitted, condition);
  };
  return { recorder, take, groups, deltas, clock };
}

function emptyRecord(): ChatRecord {
  return createRecord(CHAT, { policy: 'bypass' });
}

function accepted() {
  return {
    type: 'chat.turn.accepted' as const,
    payload: { chatId: 'c1', messageId: 'm1', queued: false, position: 0 },
    record: { message: MESSAGE },
  };
}

function started() {
  return {
    type: 'chat.turn.started' as const,
    payload: { chatId: 'c1', messageId: 'm1' },
    record: {
      message: MESSAGE,
      delivery: { runId: 'r1' },
      startedAt: NOW,
      clock: { bootId: 'boot', ms: 1_000 },
    },
  };
}

function statusChanged() {
  return {
    type: 'engine.status.changed' as const,
    payload: {
      status: {
        uptimeSeconds: 1,
        hasActiveSSHSessions: false,
        activeSseClients: 0,
        chatsTotal: 1,
        chatsProcessing: 1,
        reposTotal: 0,
        hooksRunning: false,
      },
    },
  };
}

function completed() {
  const payload = { chatId: 'c1', messageId: 'm1', isComplete: true, outcome: 'completed' } as const;
  return { type: 'chat.turn.completed' as const, payload };
}
