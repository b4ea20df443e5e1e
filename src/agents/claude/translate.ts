/** What the lines of a Claude Code process mean: pure, so that recordings and spools can be replayed. */
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { TurnProgress } from '../../contract/events.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import { lossOf } from '../context-loss.ts';
import { advance } from './advance.ts';
import { endAtRest, isLoginFailure } from './decide.ts';
import { settingIds } from './lines.ts';
import {
  permissionRequestOf,
  type KnownLine,
  type LineOf,
  type NativeLine,
  type PermissionRequest,
} from './protocol.ts';
import type { ClaudeState } from './state.ts';
import { waitingOf } from './waiting.ts';

/** What a control line asks of whoever drives the process. These lines are no part of a chat. */
export type Signal =
  | { kind: 'permission'; request: PermissionRequest }
  /** A question that we have no answer to; it waits for one all the same. */
  | { kind: 'unsupported'; requestId: string; subtype: string }
  | { kind: 'withdrawn'; requestId: string }
  /** `failure` is null when what we asked for was done. */
  | { kind: 'response'; requestId: string; failure: string | null }
  /** The answer to `initialize`, with the questions that wait. */
  | { kind: 'hello'; requestId: string; pending: PermissionRequest[] };

export interface Translation {
  state: ClaudeState;
  events: AgentEvent[];
  /** A token-level delta, shown live and not kept. */
  partial?: AgentEvent;
  /** The model keeps the agent waiting. */
  progress?: TurnProgress;
  signal?: Signal;
  /** Set by the line that ends the turn; `state.turn` is then null, unless the turn may be carried on. */
  end?: TurnEnd;
}

export function translate(state: ClaudeState, line: NativeLine, now: Date): Translation {
  const { known, type } = line;
  if (type === 'stream_event') return { state, events: [], partial: toEvent(line, now) };
  if (type === 'keep_alive') return { state, events: [] };
  if (type.startsWith('control_')) return { state, events: [], ...translateControl(state, known) };
  if (known?.type === 'result' && isConversationMissing(known)) {
    return { state: { ...state, isConversationMissing: true }, events: [] };
  }
  const followed = followSession(state, line.payload);
  const progress = waitingOf(line.payload, now);
  const waiting = progress === null ? {} : { progress };
  const notice = noticeIn(followed, now);
  const told = withoutNotice(followed);
  if (known === null) return { state: told, events: [...notice, toEvent(line, now)], ...waiting };
  const events = isRepetition(state, known) ? notice : [...notice, toEvent(line, now)];
  return { ...conclude(advance(told, known, now), known), events, ...waiting };
}

/** What the agent does not know any more, told before the first that it prints about the turn. */
function noticeIn({ turn, sessionId }: ClaudeState, now: Date): AgentEvent[] {
  const notice = turn?.notice ?? null;
  return notice === null ? [] : [{ timestamp: now.toISOString(), ...lossOf(sessionId, notice) }];
}

function withoutNotice(state: ClaudeState): ClaudeState {
  return state.turn === null ? state : { ...state, turn: { ...state.turn, notice: null } };
}

function toEvent({ type, payload }: NativeLine, now: Date): AgentEvent {
  return { timestamp: now.toISOString(), type: `claude-${type}`, payload };
}

function isConversationMissing({ errors }: LineOf<'result'>): boolean {
  return errors?.some((error) => /^(?:No conversation found|Failed to resume session)/.test(error)) ?? false;
}

function followSession(state: ClaudeState, { session_id: sessionId }: Record<string, unknown>): ClaudeState {
  return typeof sessionId === 'string' && sessionId !== '' ? { ...state, sessionId } : state;
}

/** A second echo of one message, and the list of tasks that our own `initialize` called forth. */
function isRepetition({ echoed, isTaskListDue, tasks }: ClaudeState, line: KnownLine): boolean {
  if (line.type === 'user') return line.isReplay === true && echoed.includes(line.uuid ?? '');
  if (line.type !== 'system' || line.subtype !== 'background_tasks_changed' || !isTaskListDue) return false;
  return tasks === null || JSON.stringify(tasks) === JSON.stringify(line.tasks);
}

/** Ends the turn if the line brings the session to rest with nothing left to come for it, or holds its end back. */
function conclude(state: ClaudeState, line: KnownLine): Pick<Translation, 'state' | 'end'> {
  if (line.type !== 'system' || line.subtype !== 'session_state_changed' || line.state !== 'idle') {
    return { state };
  }
  const end = endAtRest(state);
  const rested = { ...state, openTools: [] };
  if (end === null) return { state: rested };
  return { state: isLoginFailure(end) ? rested : { ...rested, turn: null }, end };
}

function translateControl(state: ClaudeState, line: KnownLine | null): Partial<Translation> {
  switch (line?.type) {
    case 'control_cancel_request':
      return { signal: { kind: 'withdrawn', requestId: line.request_id } };
    case 'control_request':
      return { signal: ask(line) };
    case 'control_response':
      return respond(state, line.response);
    default:
      return {};
  }
}

function ask(line: LineOf<'control_request'>): Signal {
  const { request_id: requestId, request } = line;
  const permission = permissionRequestOf(line);
  if (permission !== null) return { kind: 'permission', request: permission };
  return { kind: 'unsupported', requestId, subtype: request.subtype };
}

function respond(
  state: ClaudeState,
  response: LineOf<'control_response'>['response'],
): Pick<Translation, 'state' | 'signal'> {
  const { request_id: requestId, pending_permission_requests: waiting } = response;
  if (waiting !== undefined) {
    const pending = waiting.flatMap((one) => permissionRequestOf(one) ?? []);
    return { state: greet(state, response), signal: { kind: 'hello', requestId, pending } };
  }
  const failure = response.subtype === 'error' ? (response.error ?? 'refused') : null;
  return { state: reject(state, { requestId, failure }), signal: { kind: 'response', requestId, failure } };
}

/** A turn that cannot have the model or the mode that it asked for must not run with another. */
function reject(
  state: ClaudeState,
  { requestId, failure }: { requestId: string; failure: string | null },
): ClaudeState {
  const { turn } = state;
  if (turn === null || failure === null) return state;
  const { model, mode } = settingIds(turn.uuid);
  const code = { [model]: 'model_not_found', [mode]: 'agent_error' }[requestId];
  return code === undefined ? state : { ...state, turn: { ...turn, rejection: { code, message: failure } } };
}

function greet(
  state: ClaudeState,
  { request_id: id, response = {} }: LineOf<'control_response'>['response'],
): ClaudeState {
  const { session_state: session, current_permission_mode: permissionMode } = response;
  return {
    ...state,
    greeting: id === state.greeting ? null : state.greeting,
    isTaskListDue: true,
    session: session === undefined ? state.session : sessionOf(session),
    permissionMode: typeof permissionMode === 'string' ? permissionMode : state.permissionMode,
  };
}

function sessionOf(name: unknown): ClaudeState['session'] {
  return name === 'running' || name === 'requires_action' || name === 'idle' ? name : 'unfamiliar';
}
