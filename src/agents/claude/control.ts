/** The control lines of Claude Code: its questions to us, and its answers to ours. They are no part of a chat. */
import { settingIds } from './lines.ts';
import { permissionRequestOf, type KnownLine, type LineOf, type PermissionRequest } from './protocol.ts';
import { remember, type ClaudeState } from './state.ts';

export type Signal =
  | { kind: 'permission'; request: PermissionRequest }
  /** A question that we have no answer to; it waits for one all the same. */
  | { kind: 'unsupported'; requestId: string; subtype: string }
  | { kind: 'withdrawn'; requestId: string }
  /** `failure` is null when what we asked for was done. */
  | { kind: 'response'; requestId: string; failure: string | null }
  /** The answer to `initialize`, with the questions that wait. */
  | { kind: 'hello'; requestId: string; pending: PermissionRequest[] }
  /** The session to be resumed was never used. */
  | { kind: 'conversationMissing' };

export interface ControlTranslation {
  state: ClaudeState;
  signal?: Signal;
}

export function translateControl(state: ClaudeState, line: KnownLine | null): ControlTranslation {
  switch (line?.type) {
    case 'control_cancel_request':
      return { state, signal: { kind: 'withdrawn', requestId: line.request_id } };
    case 'control_request':
      return ask(state, line);
    case 'control_response':
      return respond(state, line.response);
    default:
      return { state };
  }
}

function ask(state: ClaudeState, line: LineOf<'control_request'>): ControlTranslation {
  const { request_id: requestId } = line;
  const request = permissionRequestOf(line);
  const next = { ...state, asked: remember(state.asked, requestId) };
  if (request !== null) return { state: next, signal: { kind: 'permission', request } };
  return { state: next, signal: { kind: 'unsupported', requestId, subtype: line.request.subtype } };
}

function respond(state: ClaudeState, response: LineOf<'control_response'>['response']): ControlTranslation {
  const { request_id: requestId, pending_permission_requests: waiting } = response;
  if (waiting !== undefined) {
    const pending = waiting.flatMap((one) => permissionRequestOf(one) ?? []);
    return { state: greet(state, response.response ?? {}), signal: { kind: 'hello', requestId, pending } };
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

function greet(state: ClaudeState, greeting: Record<string, unknown>): ClaudeState {
  const { session_state: session, current_permission_mode: permissionMode } = greeting;
  return {
    ...state,
    isTaskListDue: true,
    session: isSessionState(session) ? session : state.session,
    permissionMode: typeof permissionMode === 'string' ? permissionMode : state.permissionMode,
  };
}

function isSessionState(value: unknown): value is Exclude<ClaudeState['session'], 'unknown'> {
  return value === 'running' || value === 'requires_action' || value === 'idle';
}
