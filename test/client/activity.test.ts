import { expect, it } from 'vitest';
import { describeActivity, foldActivity, type Activity } from '../../src/client/activity.ts';
import type { ChatSummary, EngineEvent } from '../../src/client/client.ts';

const TS = '2026-01-01T00:00:00.000Z';
const CHAT = { id: 'c', processing: true, state: 'running' } as ChatSummary;

function event(type: EngineEvent['type'], payload: object): EngineEvent {
  return { id: '1', ts: TS, type, payload: { chatId: 'c', messageId: 'm', ...payload } } as EngineEvent;
}

function said(...content: object[]): EngineEvent {
  return event('chat.turn.delta', {
    event: { timestamp: TS, type: 'claude-assistant', payload: { message: { content } } },
  });
}

const started = event('chat.turn.started', {});
const text = said({ type: 'text', text: 'Done.' });
const tool = said({ type: 'tool_use', id: 't', name: 'Bash', input: { command: 'npm test' } });
const other = said({ type: 'tool_use', id: 'u', name: 'Read', input: { file_path: 'a.md' } });
const result = (tool_use_id: string) =>
  event('chat.turn.delta', {
    event: {
      timestamp: TS,
      type: 'claude-user',
      payload: { message: { content: [{ type: 'tool_result', tool_use_id, content: 'ok' }] } },
    },
  });
const part = (delta: object) =>
  event('chat.turn.partial', {
    event: {
      timestamp: TS,
      type: 'claude-stream_event',
      payload: { event: { type: 'content_block_delta', delta } },
    },
  });
const writing = part({ type: 'text_delta', text: 'a' });
const stopped = part({ stop_reason: 'tool_use' });
const musing = part({ type: 'thinking_delta', thinking: 'Hm' });
const waits = event('chat.turn.progress', { progress: { kind: 'retrying', message: 'Asks again.' } });
const steered = event('chat.turn.completed', { steers: 'm0' });
const completed = event('chat.turn.completed', {});

const running: Activity = { startedAt: TS, doing: 'Bash npm test', toolId: 't' };

it.each<[string, EngineEvent[], Activity | null]>([
  ['begins with thinking', [started], { startedAt: TS, doing: 'Thinking' }],
  ['names the tool that runs', [started, text, tool], running],
  ['names it also when one beside it ends', [started, other, tool, result('u')], running],
  ['names it also when its message ends behind it', [started, tool, stopped], running],
  ['thinks again after it', [started, tool, result('t')], { startedAt: TS, doing: 'Thinking' }],
  ['thinks aloud', [started, writing, musing], { startedAt: TS, doing: 'Thinking' }],
  ['writes', [started, writing], { startedAt: TS, doing: 'Writing' }],
  ['says why it waits', [started, waits], { startedAt: TS, doing: 'Asks again.' }],
  ['goes on when a message was said into it', [started, steered], { startedAt: TS, doing: 'Thinking' }],
  ['that began before has no beginning', [tool], { ...running, startedAt: null }],
  ['is over', [started, completed], null],
])('a turn %s', (_what, events, activity) => {
  expect(events.reduce(foldActivity, null)).toEqual(activity);
});

const AT_REST = { processing: false, state: 'idle' } as const;

it.each<[Partial<ChatSummary>, Activity | null, string, number?]>([
  [{}, { startedAt: TS, doing: 'Writing' }, 'Writing · 5 s'],
  [{}, { startedAt: '2025-12-31T23:58:00.000Z', doing: 'Writing' }, 'Writing · 2 min 5 s'],
  [{}, null, 'Working'],
  [{ state: 'interrupting' }, { startedAt: TS, doing: 'Writing' }, 'Interrupting · 5 s'],
  [{ awaitingInput: true }, null, 'Waits for your answer'],
  [{ ...AT_REST, awaitingInput: true }, null, 'Waits for your answer'],
  [AT_REST, null, 'Ready'],
  [AT_REST, null, 'Begins when the workspace is ready', 1],
  [{ ...AT_REST, budget: { turns: 3 } }, null, 'Begins once its budget allows it', 1],
  [{ processing: false, state: 'errored' }, null, 'The last turn failed'],
  [
    {
      usage: { inputTokens: 1_200, outputTokens: 34, contextTokens: 50, contextWindow: 200, costUsd: 0.125 },
    },
    null,
    'Working · 1,234 tokens · context 25 % · $0.13',
  ],
])('a chat %j reads as a line', (fields, activity, line, waiting = 0) => {
  const now = Date.parse(TS) + 5_000;
  const parts = describeActivity({ ...CHAT, ...fields }, { activity, waiting, now });

  expect(parts.join(' · ')).toBe(line);
});
