/** How the state of a Claude Code process changes with each message it prints. */
import type { TurnEnd } from '../../contract/facts.ts';
import { endOf, textOf } from './outcome.ts';
import { toolResultsIn, toolUsesIn, type KnownLine, type LineOf } from './protocol.ts';
import { remember, type ClaudeState, type TurnProgress } from './state.ts';

export function advance(state: ClaudeState, line: KnownLine, now: Date): ClaudeState {
  switch (line.type) {
    case 'system':
      return advanceSystem(state, line);
    case 'command_lifecycle':
      return line.command_uuid === state.turn?.uuid ? progress(state, lifecycleOf(line.state)) : state;
    case 'user':
      return line.isReplay === true
        ? echo(state, line.uuid)
        : closeTools(state, toolResultsIn(line.message.content));
    case 'assistant':
      return answer(openTools(state, line, now), line);
    case 'result':
      return advanceResult(state, line);
    default:
      return state;
  }
}

/** How the turn ends if nothing more is printed; null while it goes on. */
export function pendingEnd({ turn }: ClaudeState): TurnEnd | null {
  const end = turn?.end ?? (turn?.isWithdrawn === true ? { outcome: 'interrupted' as const } : null);
  if (end === null || turn?.rejection == null) return end;
  return { ...end, outcome: 'errored', error: turn.rejection };
}

/**
 * How the turn ends when the session comes to rest; null when the rest is that of an earlier turn. A message that was
 * given again after a crash and only echoed has run before: what it did then is lost.
 */
export function endAtRest(state: ClaudeState): TurnEnd | null {
  const { turn } = state;
  if (turn === null) return null;
  const pending = pendingEnd(state);
  if (pending !== null) return pending;
  if (turn.isStarted) return turn.isDone ? { outcome: 'completed' } : null;
  return turn.isEchoed || turn.isDone ? { outcome: 'lost' } : null;
}

function advanceSystem(state: ClaudeState, line: LineOf<'system'>): ClaudeState {
  switch (line.subtype) {
    case 'session_state_changed':
      return { ...state, session: line.state ?? state.session };
    case 'background_tasks_changed':
      return { ...state, tasks: line.tasks ?? [], isTaskListDue: false };
    case 'informational':
      return block(state, line);
    case 'api_retry':
      return complain(refuse(state, line.error), line.error);
    default:
      return { ...state, permissionMode: line.permissionMode ?? state.permissionMode };
  }
}

/** What the agent says in place of the model has an error. */
function answer(state: ClaudeState, { error }: LineOf<'assistant'>): ClaudeState {
  if (error !== undefined) return progress(state, { isAnswered: true });
  return progress(
    { ...state, isLoginRejected: false },
    { isAnswered: true, isServed: true, complaint: null },
  );
}

/** A turn whose prompt never reached the model would otherwise count as completed. */
function block(
  state: ClaudeState,
  { content = '', prompt_submit_outcome: outcome }: LineOf<'system'>,
): ClaudeState {
  const isBlocked = outcome?.kind.endsWith('_by_hook') ?? BLOCKED.test(content);
  if (!isBlocked) return state;
  const reason =
    outcome?.reason ||
    content
      .replace(BLOCKED, '')
      .replace(/\n+Original prompt: [^]*$/, '')
      .trim();
  const message = `A hook kept the prompt from the model${reason === '' ? '.' : `: ${reason}`}`;
  return progress(state, { rejection: { code: 'prompt_blocked', message } });
}

/** How older versions begin to say so. */
const BLOCKED = /^UserPromptSubmit operation blocked by hook:\s*/;

function refuse(state: ClaudeState, error: string | undefined): ClaudeState {
  return error === 'authentication_failed' ? { ...state, isLoginRejected: true } : state;
}

function lifecycleOf(name: string): Partial<TurnProgress> {
  if (name === 'started') return { isSeen: true, isStarted: true };
  if (name === 'completed') return { isSeen: true, isDone: true };
  return name === 'queued' ? { isSeen: true } : { isSeen: true, isWithdrawn: true };
}

function echo(state: ClaudeState, uuid: string | undefined): ClaudeState {
  if (uuid === undefined) return state;
  const next = { ...state, echoed: remember(state.echoed, uuid) };
  return uuid === state.turn?.uuid ? progress(next, { isSeen: true, isEchoed: true }) : next;
}

function openTools(state: ClaudeState, line: LineOf<'assistant'>, now: Date): ClaudeState {
  const printedAt = Date.parse(line.timestamp ?? '');
  const openedAt = Number.isNaN(printedAt) ? now.getTime() : printedAt;
  const parent = line.parent_tool_use_id ?? null;
  const opened = toolUsesIn(line.message.content).map((id) => ({ id, parent, openedAt }));
  const next = { ...state, context: contextAfter(state, line), openTools: [...state.openTools, ...opened] };
  return complain(next, line.error);
}

/** Sub-agents have contexts of their own; what is made up locally has none. */
function contextAfter(
  { context }: ClaudeState,
  { message, parent_tool_use_id: parent }: LineOf<'assistant'>,
) {
  const { model, usage } = message;
  if (parent || model === undefined || model === '<synthetic>' || usage === undefined) return context;
  const given = usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
  return { model, tokens: given + usage.output_tokens };
}

function closeTools(state: ClaudeState, ids: readonly string[]): ClaudeState {
  if (ids.length === 0) return state;
  return { ...state, openTools: state.openTools.filter(({ id }) => !ids.includes(id)) };
}

function advanceResult(state: ClaudeState, line: LineOf<'result'>): ClaudeState {
  const { turn, totalCostUsd } = state;
  const next = {
    ...state,
    openTools: state.openTools.filter(({ parent }) => parent !== null),
    totalCostUsd: line.total_cost_usd ?? totalCostUsd,
    startupFailure: line.startup_failure_reason === undefined ? state.startupFailure : textOf(line),
  };
  if (turn === null || !isResultOf(line, turn)) return next;
  return progress(next, {
    end: endOf(line, { complaint: turn.complaint, totalCostUsd, context: state.context }),
  });
}

/** A result without uuids belongs to a running turn, unless the agent names another origin. */
function isResultOf(line: LineOf<'result'>, { uuid, isStarted }: TurnProgress): boolean {
  const { user_message_uuid: last, user_message_uuids: all } = line;
  const uuids = all ?? (last === undefined ? [] : [last]);
  if (uuids.length > 0) return uuids.includes(uuid);
  return isStarted && line.origin === undefined && line.startup_failure_reason === undefined;
}

function complain(state: ClaudeState, complaint: string | undefined): ClaudeState {
  return complaint === undefined ? state : progress(state, { complaint });
}

function progress(state: ClaudeState, change: Partial<TurnProgress>): ClaudeState {
  return state.turn === null ? state : { ...state, turn: { ...state.turn, ...change } };
}
