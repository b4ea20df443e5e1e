/** How the state of a Claude Code process changes with each message it prints. */
import { endOf, textOf } from './outcome.ts';
import { permissionRequestOf, toolResultsIn, toolUsesIn, type KnownLine, type LineOf } from './protocol.ts';
import { followTask } from './tasks.ts';
import { isPast, reach, remember, type ClaudeState, type ClaudeTurn } from './state.ts';

export function advance(state: ClaudeState, line: KnownLine, openedAt: number): ClaudeState {
  switch (line.type) {
    case 'system':
      return advanceSystem(followTask(state, line, openedAt), line);
    case 'command_lifecycle':
      return line.command_uuid === state.turn?.uuid ? follow(state, line.state) : state;
    case 'user':
      return line.isReplay === true
        ? echo(state, line.uuid)
        : closeTools(state, toolResultsIn(line.message.content));
    case 'assistant':
      return answer(openTools(state, line, openedAt), line);
    case 'result':
      return advanceResult(state, line);
    default:
      return state;
  }
}

function advanceSystem(state: ClaudeState, line: LineOf<'system'>): ClaudeState {
  switch (line.subtype) {
    case 'session_state_changed':
      return { ...state, session: line.state ?? 'unfamiliar' };
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

/** What the agent says in place of the model has an error. What it says before it has the message is no answer to it. */
function answer(state: ClaudeState, { error }: LineOf<'assistant'>): ClaudeState {
  const isOurs = state.turn !== null && isPast(state.turn, 'recorded');
  const next = isOurs ? reach(state, error === undefined ? 'served' : 'answered') : state;
  return error === undefined ? change({ ...next, isLoginRejected: false }, { complaint: null }) : next;
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
      .replace(/\nOriginal prompt: [^]*$/, '')
      .trim();
  const message = `A hook kept the prompt from the model${reason === '' ? '.' : `: ${reason}`}`;
  return change(state, { rejection: { code: 'prompt_blocked', message } });
}

/** How older versions begin to say so. */
const BLOCKED = /^UserPromptSubmit operation blocked by hook:\s*/;

function refuse(state: ClaudeState, error: string | undefined): ClaudeState {
  return error === 'authentication_failed' ? { ...state, isLoginRejected: true } : state;
}

function follow(state: ClaudeState, name: string): ClaudeState {
  const { turn } = state;
  if (turn === null || name === 'queued') return reach(state, 'seen');
  if (name === 'started') return reach(state, 'started');
  if (name !== 'completed') return reach(state, 'withdrawn');
  return reach(state, isPast(turn, 'started') ? 'finished' : 'recorded');
}

function echo(state: ClaudeState, uuid: string | undefined): ClaudeState {
  if (uuid === undefined) return state;
  const next = { ...state, echoed: remember(state.echoed, uuid) };
  return uuid === state.turn?.uuid ? reach(next, 'recorded') : next;
}

function openTools(state: ClaudeState, line: LineOf<'assistant'>, atLeast: number): ClaudeState {
  const printedAt = Date.parse(line.timestamp ?? '');
  const openedAt = Number.isNaN(printedAt) ? atLeast : printedAt;
  const parent = line.parent_tool_use_id ?? null;
  const opened = toolUsesIn(line.message.content).map(({ id, name }) => ({ id, name, parent, openedAt }));
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
  return {
    ...state,
    openTools: state.openTools.filter(({ id }) => !ids.includes(id)),
    asks: state.asks.filter((line) => !ids.includes(permissionRequestOf(line)?.request.tool_use_id ?? '')),
  };
}

function advanceResult(state: ClaudeState, line: LineOf<'result'>): ClaudeState {
  const { turn } = state;
  const next = {
    ...state,
    openTools: state.openTools.filter(({ parent }) => parent !== null),
    startupFailure: line.startup_failure_reason === undefined ? state.startupFailure : textOf(line),
  };
  if (turn === null || !isResultOf(line, turn)) return next;
  return change(next, { end: endOf(line, turn.complaint) });
}

/** A result without uuids belongs to a running turn, unless the agent names another origin. */
function isResultOf(line: LineOf<'result'>, turn: ClaudeTurn): boolean {
  const { user_message_uuid: last, user_message_uuids: all } = line;
  const uuids = all ?? (last === undefined ? [] : [last]);
  if (uuids.length > 0) return uuids.includes(turn.uuid);
  return isPast(turn, 'started') && line.origin === undefined && line.startup_failure_reason === undefined;
}

function complain(state: ClaudeState, complaint: string | undefined): ClaudeState {
  return complaint === undefined ? state : change(state, { complaint });
}

function change(state: ClaudeState, to: Partial<ClaudeTurn>): ClaudeState {
  return state.turn === null ? state : { ...state, turn: { ...state.turn, ...to } };
}
