import { expect, it } from 'vitest';
import { createRecord } from '../../machines/chat.record.ts';
import type { AgentEvent } from '../../src/contract/agent-event.ts';
import type { ChatRecord, QueuedMessage } from '../../src/contract/records.ts';
import { formatEventId } from '../../src/journal/event-id.ts';
import type { JournalEntry, StoredLine } from '../../src/journal/event-line.ts';
import { spanIdOf, traceIdOf } from '../../src/tracing/span.ts';
import { SpanMaker, type SpanMakerOptions } from '../../src/tracing/span-maker.ts';

const START = Date.parse('2026-01-01T00:00:00.000Z');
const CHAT = { chatId: 'c1' };
const TURN = { ...CHAT, messageId: 'm1' };
const TRACE_ID = traceIdOf('w1', 'c1', 'm1');
const SPAN_ID = spanIdOf('w1', 'c1', 'm1');

it('makes one trace of a turn, its tools and what it waited for, when it ends', () => {
  const maker = openMaker();

  expect(take(maker, turnLines(MESSAGE))).toEqual([
    {
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      parentSpanId: null,
      name: 'invoke_agent claude',
      startedAt: START + 2,
      endedAt: START + 8,
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.agent.name': 'claude',
        'gen_ai.conversation.id': 'c1',
        'gen_ai.request.model': 'sonnet',
        'gen_ai.response.model': 'sonnet-5',
        'gen_ai.usage.input_tokens': 111,
        'gen_ai.usage.output_tokens': 7,
        'gen_ai.usage.cache_read.input_tokens': 100,
        'gen_ai.usage.cache_creation.input_tokens': 1,
        'replicas.message.id': 'm1',
        'replicas.turn.outcome': 'completed',
        'replicas.usage.cost_usd': 0.5,
      },
    },
    {
      traceId: TRACE_ID,
      spanId: spanIdOf(SPAN_ID, 'request', 'c1', 'r1'),
      parentSpanId: SPAN_ID,
      name: 'wait_for permission',
      startedAt: START + 5,
      endedAt: START + 6,
      attributes: {
        'gen_ai.conversation.id': 'c1',
        'replicas.request.id': 'r1',
        'replicas.request.kind': 'permission',
        'replicas.request.outcome': 'denied',
      },
    },
    {
      traceId: TRACE_ID,
      spanId: spanIdOf(SPAN_ID, 'tool', 't1'),
      parentSpanId: SPAN_ID,
      name: 'execute_tool Bash',
      startedAt: START + 4,
      endedAt: START + 7,
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'Bash',
        'gen_ai.tool.call.id': 't1',
        'error.type': 'tool_error',
      },
    },
  ]);
});

it('tells what was said only where that is asked for', () => {
  const spans = take(openMaker({ withContent: true }), turnLines(MESSAGE));

  expect(spans.map(({ attributes }) => contentOf(attributes))).toEqual([
    { 'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"hello"}]}]' },
    {},
    { 'gen_ai.tool.call.arguments': '{"command":"ls"}', 'gen_ai.tool.call.result': 'No.' },
  ]);
});

it('continues the trace that a message came with, unless that is not recorded', () => {
  const [trace, span] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
  const recorded = take(openMaker(), turnLines({ ...MESSAGE, traceparent: `00-${trace}-${span}-01` }));

  expect(recorded.map(({ traceId, parentSpanId }) => ({ traceId, parentSpanId }))).toEqual([
    { traceId: trace, parentSpanId: span },
    { traceId: trace, parentSpanId: SPAN_ID },
    { traceId: trace, parentSpanId: SPAN_ID },
  ]);
  expect(take(openMaker(), turnLines({ ...MESSAGE, traceparent: `00-${trace}-${span}-00` }))).toEqual([]);
});

it.each([1, 2, 3, 4, 5, 6, 7])(
  'makes the same trace when an engine ends behind line %i of a turn',
  (count) => {
    const lines = turnLines(MESSAGE);
    const headId = lines[count]!.id;

    expect(take(openMaker({ headId, records: [recordBehind(count)] }), lines)).toEqual(
      take(openMaker(), lines),
    );
  },
);

it('keeps the trace of a message that is handed over again', () => {
  const lines = turnLines(MESSAGE);
  const again = lineAt(4, { type: 'chat.turn.started', payload: TURN });

  expect(take(openMaker(), lines.toSpliced(5, 0, again))).toEqual(take(openMaker(), lines));
});

it('tells nothing again of turns that an earlier engine ended', () => {
  const lines = turnLines(MESSAGE);

  expect(take(openMaker({ headId: lines.at(-1)!.id }), lines)).toEqual([]);
});

it('ends what a failed turn left open, and says why it failed', () => {
  const lines = turnLines(MESSAGE).slice(0, 5);
  const error = { code: 'agent_died', message: 'It died.' };
  const end = { ...TURN, isComplete: true, outcome: 'errored', error, durationMs: 1 } as const;
  const spans = take(openMaker(), [...lines, lineAt(9, { type: 'chat.turn.completed', payload: end })]);

  expect(
    spans.map(({ name, endedAt, attributes }) => [name, endedAt - START, attributes['error.type']]),
  ).toEqual([
    ['invoke_agent claude', 9, 'agent_died'],
    ['execute_tool Bash', 9, 'errored'],
  ]);
});

it('keeps a thousand spans of a turn, and says how many more there were', () => {
  const calls = Array.from({ length: 1002 }, (_, index) => [
    lineAt(3, delta(toolCall(`t${index}`))),
    lineAt(4, delta(toolResult(`t${index}`))),
  ]).flat();
  const spans = take(openMaker(), [...turnLines(MESSAGE).slice(0, 3), ...calls, turnLines(MESSAGE).at(-1)!]);

  expect(spans.length).toBe(1001);
  expect(spans[0]?.attributes['replicas.spans.dropped']).toBe(2);
});

it('makes a trace of each run of hooks and each refresh of a credential', () => {
  const hooks = { runId: 'h1', kind: 'start', running: false, completed: true } as const;
  const error = { code: 'hook_failed', message: 'exit 1' };
  const refreshed = (state: 'refreshing' | 'rejected' | 'fresh') =>
    ({ type: 'credentials.changed', payload: { provider: 'github', state } }) as const;
  const spans = take(openMaker(), [
    lineAt(1, { type: 'hooks.started', payload: hooks }),
    lineAt(2, refreshed('refreshing')),
    lineAt(3, refreshed('rejected')),
    lineAt(4, { type: 'hooks.failed', payload: { ...hooks, error } }),
    lineAt(5, refreshed('fresh')),
  ]);

  const credential = ['w1', 'credential', lineAt(2, refreshed('refreshing')).id];
  expect(spans).toEqual([
    {
      traceId: traceIdOf(...credential),
      spanId: spanIdOf(...credential),
      parentSpanId: null,
      name: 'refresh_credential github',
      startedAt: START + 2,
      endedAt: START + 3,
      attributes: {
        'replicas.credential.provider': 'github',
        'replicas.credential.state': 'rejected',
        'error.type': 'rejected',
      },
    },
    {
      traceId: traceIdOf('w1', 'hooks', 'h1'),
      spanId: spanIdOf('w1', 'hooks', 'h1'),
      parentSpanId: null,
      name: 'run_hooks start',
      startedAt: START + 1,
      endedAt: START + 4,
      attributes: {
        'replicas.hooks.kind': 'start',
        'replicas.hooks.run_id': 'h1',
        'error.type': 'hook_failed',
      },
    },
  ]);
});

const MESSAGE: QueuedMessage = {
  messageId: 'm1',
  turnId: '00000000-0000-4000-8000-000000000000',
  digest: 'd',
  content: { kind: 'inline', text: 'hello' },
  model: 'sonnet',
  planMode: false,
  queuedAt: '2026-01-01T00:00:00.000Z',
};

const SUMMARY = {
  id: 'c1',
  provider: 'claude',
  title: 'Claude Code',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  processing: false,
  parentChatId: null,
} as unknown as ChatRecord['chat'];

/** A whole turn, one line each millisecond. */
function turnLines(message: QueuedMessage): StoredLine[] {
  const request = {
    id: 'r1',
    kind: 'permission',
    openedAt: '2026-01-01T00:00:00.000Z',
    expiresAt: '2026-01-01T00:01:00.000Z',
  } as const;
  const usage = {
    inputTokens: 10,
    outputTokens: 7,
    cacheReadTokens: 100,
    cacheWriteTokens: 1,
    costUsd: 0.5,
    model: 'sonnet-5',
  };
  const entries: JournalEntry[] = [
    { type: 'chat.created', payload: { chat: SUMMARY } },
    {
      type: 'chat.turn.accepted',
      payload: { ...TURN, queued: false, position: 0 },
      record: { message },
    },
    { type: 'chat.turn.started', payload: TURN },
    delta({ type: 'claude-user', payload: { message: { content: 'hello' } } }),
    delta(toolCall('t1')),
    { type: 'chat.request.opened', payload: { ...TURN, request } },
    { type: 'chat.request.closed', payload: { ...CHAT, requestId: 'r1', outcome: 'denied' } },
    delta(toolResult('t1')),
    {
      type: 'chat.turn.completed',
      payload: { ...TURN, isComplete: true, outcome: 'completed', usage, durationMs: 6 },
    },
  ];
  return entries.map((entry, index) => lineAt(index, entry));
}

/** What the next engine knows of the chat when the log ends behind a line. */
function recordBehind(index: number): ChatRecord {
  const record = createRecord(SUMMARY, { policy: 'default' as ChatRecord['policy'] });
  if (index < 2) return { ...record, queue: [MESSAGE] };
  const startedAt = new Date(START + 2).toISOString();
  return { ...record, turn: { message: MESSAGE, startedAt, delivery: { runId: 'run' } } };
}

function toolCall(id: string): Said {
  const content = [{ type: 'tool_use', id, name: 'Bash', input: { command: 'ls' } }];
  return { type: 'claude-assistant', payload: { message: { content } } };
}

function toolResult(id: string): Said {
  const content = [{ type: 'tool_result', tool_use_id: id, content: 'No.', is_error: true }];
  return { type: 'claude-user', payload: { message: { content } } };
}

type Said = Pick<AgentEvent, 'type' | 'payload'>;

function delta(said: Said): JournalEntry {
  const event = { timestamp: '2026-01-01T00:00:00.000Z', ...said };
  return { type: 'chat.turn.delta', payload: { ...TURN, event } };
}

function lineAt(milliseconds: number, entry: JournalEntry): StoredLine {
  const id = formatEventId({ sequence: milliseconds + 1, tag: '0123abcd' });
  return { ...entry, id, ts: new Date(START + milliseconds).toISOString(), end: true };
}

function openMaker(options: Partial<SpanMakerOptions> = {}): SpanMaker {
  const headId = formatEventId({ sequence: 0, tag: '0123abcd' });
  return new SpanMaker({ workspaceId: 'w1', records: [], headId, withContent: false, ...options });
}

function take(maker: SpanMaker, lines: StoredLine[]) {
  return lines.flatMap((line) => maker.take(line));
}

function contentOf(attributes: Record<string, unknown>) {
  return Object.fromEntries(
    Object.entries(attributes).filter(([name]) => /messages|arguments|result/.test(name)),
  );
}
