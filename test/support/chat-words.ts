import type { ChatEvent } from '../../machines/chat.events.ts';
import type { AgentEvent } from '../../src/contract/agent-event.ts';
import type { AgentFact, AgentSessionInput, TurnEnd } from '../../src/contract/facts.ts';
import type { QueuedMessage } from '../../src/contract/records.ts';
import type { AgentRequest } from '../../src/contract/requests.ts';
import type { TaskRecord } from '../../src/contract/tasks.ts';

/** What tests say to a chat, and what its agent says to it, with everything irrelevant filled in. */
export const CHAT_ID = 'chat-1';
export const RUN_ID = 'run-1';
export const CLOCK = { bootId: 'boot', ms: 0 };
export const PREPARED_AT = '2026-01-01T00:00:01.000Z';
/** The workspace has used up its budget. */
export const SPENT = {
  budget: { turns: 5 },
  used: { usd: 0, tokens: 0, turns: 5 },
  at: '2026-01-01T00:00:07.000Z',
};

/** What the clock says. */
export const READ_AT = '2026-01-01T00:00:02.000Z';
export const DELIVERY = { runId: RUN_ID };
export const COMPLETED: TurnEnd = { outcome: 'completed' };
export const CRASHED: AgentFact = {
  type: 'agent.exited',
  failure: { code: 'agent_exited', message: 'The agent exited with code 137.' },
};

export function message(messageId: string): QueuedMessage {
  return {
    messageId,
    turnId: '00000000-0000-4000-8000-000000000000',
    digest: `digest of ${messageId}`,
    content: { kind: 'inline', text: `text of ${messageId}` },
    planMode: false,
    queuedAt: '2026-01-01T00:00:00.000Z',
  };
}

export function submit(messageId: string): ChatEvent {
  return { type: 'message.submit', message: message(messageId) };
}

export function interrupt(clearQueue = false): ChatEvent {
  return { type: 'turn.interrupt', clearQueue };
}

export function prepared(messageId: string, delivery = DELIVERY): AgentFact {
  return { type: 'turn.prepared', messageId, delivery, at: PREPARED_AT, clock: CLOCK };
}

type Said = Extract<AgentFact, { type: 'agent.said' }>;

/** One native line of the agent: says `text`, unless told otherwise. */
export function said(messageId: string | null, rest: Partial<Said> = {}): Said {
  return {
    type: 'agent.said',
    messageId,
    events: [spoken('text')],
    position: { runId: RUN_ID, offset: 10 },
    openTools: 0,
    ...rest,
  };
}

export function waits(messageId: string | null): AgentFact {
  const progress = { kind: 'retrying' as const, message: 'The model is overloaded.', attempt: 1 };
  return { type: 'agent.waits', messageId, progress, position: { runId: RUN_ID, offset: 15 } };
}

export function ended(messageId: string, end: TurnEnd = COMPLETED): Said {
  return said(messageId, { events: [], end });
}

export function spoken(text: string): AgentEvent {
  return { timestamp: '2026-01-01T00:00:00.000Z', type: 'test-said', payload: { text } };
}

export function task(id: string, rest: Partial<TaskRecord> = {}): TaskRecord {
  const startedAt = '2026-01-01T00:00:00.000Z';
  return { id, kind: 'shell', title: `title of ${id}`, state: 'running', startedAt, ...rest };
}

/** The agent used so many tokens. */
export function spends(messageId: string | null, outputTokens: number): Said {
  return said(messageId, { events: [], spent: { outputTokens } });
}

/** All that the agent runs beside its turns, as a line of it tells. */
export function runs(...tasks: TaskRecord[]): Said {
  return said(null, { events: [], tasks });
}

export function request(id: string): AgentRequest {
  return {
    id,
    kind: 'permission',
    tool: 'Bash',
    openedAt: '2026-01-01T00:00:00.000Z',
    expiresAt: '2026-01-01T00:10:00.000Z',
  };
}

export function asked(id: string): AgentFact {
  return { type: 'request.opened', request: request(id), position: { runId: RUN_ID, offset: 20 } };
}

export function answered(requestId: string): ChatEvent {
  return { type: 'request.answer', requestId, answer: { decision: 'allow' } };
}

export function declined(requestId: string): ChatEvent {
  return { type: 'request.answer', requestId, answer: { decision: 'deny' } };
}

export function session(rest: Partial<AgentSessionInput> = {}): AgentSessionInput {
  return {
    chatId: CHAT_ID,
    provider: 'test',
    policy: 'bypass',
    sessionId: null,
    position: null,
    turn: null,
    requests: [],
    ...rest,
  };
}

/** The session of a chat that was found in the middle of the turn of `messageId`. */
export function sessionMidTurn(messageId: string, rest: Partial<AgentSessionInput> = {}): AgentSessionInput {
  const turn = { message: message(messageId), startedAt: '2026-01-01T00:00:00.000Z', delivery: DELIVERY };
  return session({ turn, ...rest });
}
