/** What the lines of a Claude Code process mean: pure, so that recordings and spools can be replayed. */
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { TurnProgress } from '../../contract/events.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import { lossOf } from '../context-loss.ts';
import { advance, endAtRest } from './advance.ts';
import { translateControl, type Signal } from './control.ts';
import { isLoginFailure } from './login.ts';
import type { KnownLine, LineOf, NativeLine } from './protocol.ts';
import type { ClaudeState } from './state.ts';
import { waitingOf } from './waiting.ts';

export interface Translation {
  state: ClaudeState;
  events: AgentEvent[];
  /** A token-level delta, shown live and not kept. */
  partial?: AgentEvent;
  /** The model keeps the agent waiting. */
  progress?: TurnProgress;
  /** What the line asks of whoever drives the process. */
  signal?: Signal;
  /** Set by the line that ends the turn; `state.turn` is then null, unless the turn may be carried on. */
  end?: TurnEnd;
}

export function translate(state: ClaudeState, line: NativeLine, now: Date): Translation {
  const { known, type } = line;
  if (type === 'stream_event') return { state, events: [], partial: toEvent(line, now) };
  if (type === 'keep_alive') return { state, events: [] };
  if (type.startsWith('control_')) return { events: [], ...translateControl(state, known) };
  if (known?.type === 'result' && isConversationMissing(known)) {
    return { state, events: [], signal: { kind: 'conversationMissing' } };
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
