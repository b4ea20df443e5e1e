/** What the lines of a Claude Code process mean: pure, so that recordings and spools can be replayed. */
import { z } from 'zod';
import type { TurnEnd } from '../../contract/facts.ts';
import { CLEARED, lossOf } from '../context-loss.ts';
import { isLoginFailure } from '../failures.ts';
import { withAnswer } from '../inquiry.ts';
import type { Moment, Saying, Step, Translation } from '../step.ts';
import { advance } from './advance.ts';
import { heal } from './decide.ts';
import { waitingOf } from './outcome.ts';
import { answered } from './prepare.ts';
import { parseLine, permissionRequestOf, type KnownLine, type LineOf, type NativeLine } from './protocol.ts';
import { pendingEnd, type ClaudeState } from './state.ts';
import { count } from './usage.ts';

export function translate(state: ClaudeState, text: string, moment: Moment): Translation<ClaudeState> {
  const line = parseLine(text);
  if (typeof line === 'string') return line;
  const step = stepOf(state, line, moment);
  return step.end === undefined ? { ...step, ...heal(step.state, moment) } : step;
}

function stepOf(state: ClaudeState, line: NativeLine, moment: Moment): Step<ClaudeState> {
  const { known, type } = line;
  const { now } = moment;
  if (type === 'stream_event') return { ...count(state, known), partial: toSaying(line), isStirring: true };
  if (type === 'keep_alive') return { state };
  if (type.startsWith('control_')) return control(state, known);
  if (known?.type === 'result' && isConversationMissing(known)) {
    return { state: { ...state, isConversationMissing: true } };
  }
  const followed = followSession(state, line.payload);
  const said = [
    ...(isRepetition(state, known) ? [] : [toSaying(line)]),
    ...(type === 'conversation_reset' ? [lossOf(followed.sessionId, CLEARED)] : []),
  ];
  const progress = waitingOf(known, now);
  const { state: counted, ...spending } = count(followed, known);
  const step =
    known === null ? { state: counted } : conclude(advance(counted, known, moment.openedAt), known);
  return { ...step, ...spending, said, ...(progress === null ? {} : { progress }) };
}

function toSaying({ type, payload }: NativeLine): Saying {
  return { type: `claude-${type}`, payload: type === 'user' ? inBlocks(payload) : payload };
}

const PlainTextSchema = z.looseObject({ content: z.string() });

/** What a user says is told in blocks; a plain text is printed as it is. */
function inBlocks(payload: NativeLine['payload']): NativeLine['payload'] {
  const { data: message } = PlainTextSchema.safeParse(payload['message']);
  if (message === undefined) return payload;
  const content = [{ type: 'text', text: message.content }];
  return { ...payload, message: { ...message, content } };
}

function isConversationMissing({ errors }: LineOf<'result'>): boolean {
  return errors?.some((error) => /^(?:No conversation found|Failed to resume session)/.test(error)) ?? false;
}

function followSession(state: ClaudeState, { session_id: sessionId }: Record<string, unknown>): ClaudeState {
  if (typeof sessionId !== 'string' || sessionId === '') return state;
  return { ...state, sessionId };
}

/** A second echo of one message, and the list of tasks that our own `initialize` called forth. */
function isRepetition({ echoed, isTaskListDue, tasks }: ClaudeState, line: KnownLine | null): boolean {
  if (line?.type === 'user') return line.isReplay === true && echoed.includes(line.uuid ?? '');
  if (line?.type !== 'system' || line.subtype !== 'background_tasks_changed' || !isTaskListDue) return false;
  return tasks === null || JSON.stringify(tasks) === JSON.stringify(line.tasks);
}

/** Ends the turn if the line brings the session to rest with nothing left to come for it, or holds its end back. */
function conclude(state: ClaudeState, line: KnownLine): Pick<Step<ClaudeState>, 'state' | 'end'> {
  if (line.type !== 'system' || line.subtype !== 'session_state_changed' || line.state !== 'idle') {
    return { state };
  }
  const end = endAtRest(state);
  const rested = { ...state, openTools: [], asks: [] };
  if (end === null || isLoginFailure(end)) return { state: rested };
  return { state: { ...rested, turn: null }, end };
}

/**
 * How the turn ends when the session comes to rest; null when the rest is that of an earlier turn. A message that was
 * given again after a crash and is only recorded has run before: what it did then is lost.
 */
function endAtRest(state: ClaudeState): TurnEnd | null {
  const pending = pendingEnd(state);
  if (pending !== null) return pending;
  if (state.turn?.stage === 'finished') return { outcome: 'completed' };
  return state.turn?.stage === 'recorded' ? { outcome: 'lost' } : null;
}

/** Its questions to us, and its answers to ours: they are no part of a chat. */
function control(state: ClaudeState, line: KnownLine | null): Step<ClaudeState> {
  switch (line?.type) {
    case 'control_cancel_request':
      return { state: { ...state, asks: without(state, line.request_id) } };
    case 'control_request':
      return { state: { ...state, asks: [...without(state, line.request_id), line] } };
    case 'control_response':
      return respond(state, line.response);
    default:
      return { state };
  }
}

function without({ asks }: ClaudeState, id: string): ClaudeState['asks'] {
  return asks.filter((line) => line.request_id !== id);
}

type ControlResponse = LineOf<'control_response'>['response'];

function respond(state: ClaudeState, response: ControlResponse): Step<ClaudeState> {
  const { request_id: id, error = 'refused', pending_permission_requests: pending } = response;
  const told = withAnswer(state, id, response.response);
  if (told !== null) return { state: { ...told, isTaskListDue: true } };
  if (pending !== undefined || id === state.greeting) return { state: greet(state, response) };
  const next = answered(state, id, response.subtype === 'error' ? error : null);
  return id.endsWith('-ping') ? { state: next, isPong: true } : { state: next };
}

/** The answer to `initialize`, with the questions that wait, if it tells them. */
function greet(
  state: ClaudeState,
  { request_id: id, response = {}, pending_permission_requests: pending }: ControlResponse,
): ClaudeState {
  const { session_state: session, current_permission_mode: permissionMode } = response;
  const isTold = session !== undefined || state.session === 'unknown';
  return {
    ...state,
    greeting: id === state.greeting ? null : state.greeting,
    asks: pending === undefined ? state.asks : pending.flatMap(toAsk),
    isTaskListDue: true,
    session: isTold ? sessionOf(session) : state.session,
    permissionMode: typeof permissionMode === 'string' ? permissionMode : state.permissionMode,
  };
}

function toAsk(pending: unknown): ClaudeState['asks'] {
  const request = permissionRequestOf(pending);
  return request === null ? [] : [{ ...request, type: 'control_request' }];
}

function sessionOf(name: unknown): ClaudeState['session'] {
  return name === 'running' || name === 'requires_action' || name === 'idle' ? name : 'unfamiliar';
}
