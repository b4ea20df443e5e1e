import { expect, it } from 'vitest';
import { describeActivity, foldActivity, type Activity } from '../../src/cli/activity.ts';
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
const writing = event('chat.turn.partial', {});
const waits = event('chat.turn.progress', { progress: { kind: 'retrying', message: 'Asks again.' } });
const steered = event('chat.turn.completed', { steers: 'm0' });
const completed = event('chat.turn.completed', {});

it.each<[string, EngineEvent[], Activity | null]>([
  ['begins with thinking', [started], { startedAt: TS, doing: 'Thinking' }],
  ['names the tool that runs', [started, text, tool], { startedAt: TS, doing: 'Bash npm test' }],
  ['thinks again after it', [started, tool, text], { startedAt: TS, doing: 'Thinking' }],
  ['writes', [started, writing], { startedAt: TS, doing: 'Writing' }],
  ['says why it waits', [started, waits], { startedAt: TS, doing: 'Asks again.' }],
  ['goes on when a message was said into it', [started, steered], { startedAt: TS, doing: 'Thinking' }],
  ['that began before has no beginning', [tool], { startedAt: null, doing: 'Bash npm test' }],
  ['is over', [started, completed], null],
])('a turn %s', (_what, events, activity) => {
  expect(events.reduce(foldActivity, null)).toEqual(activity);
});

it.each<[Partial<ChatSummary>, Activity | null, string]>([
  [{}, { startedAt: TS, doing: 'Writing' }, 'Writing · 5 s'],
  [{}, null, 'Working'],
  [{ state: 'interrupting' }, { startedAt: TS, doing: 'Writing' }, 'Interrupting · 5 s'],
  [{ awaitingInput: true }, null, 'Waits for you'],
  [{ processing: false, state: 'idle' }, null, 'Ready'],
  [{ processing: false, state: 'errored' }, null, 'The last turn failed'],
  [
    {
      usage: { inputTokens: 1_200, outputTokens: 34, contextTokens: 50, contextWindow: 200, costUsd: 0.125 },
    },
    null,
    'Working · 1,234 tokens · context 25 % · $0.13',
  ],
])('a chat %j reads as a line', (fields, activity, line) => {
  const parts = describeActivity({ ...CHAT, ...fields }, activity, Date.parse(TS) + 5_000);

  expect(parts.join(' · ')).toBe(line);
});
