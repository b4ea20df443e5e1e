/** What the frames of an ACP agent mean: pure, so that recordings and spools can be replayed. */
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import type { RequestId } from '../json-rpc.ts';
import { mergeOptions, withCurrent } from './options.ts';
import { endOf } from './outcome.ts';
import {
  CancelledRequestSchema,
  CostSchema,
  GreetingSchema,
  ModeUpdateSchema,
  ToolSchema,
  UpdateParamsSchema,
  type Frame,
  type FrameOf,
  type Update,
} from './protocol.ts';
import { announcement, flush, isChunk, listen, partialOf, type Saying } from './speech.ts';
import { INITIALIZE_ID, OPEN_ID, turnRequestId, type AcpState } from './state.ts';

export type Signal =
  /** The agent asks something; it waits for an answer. */
  | { kind: 'asked'; request: FrameOf<'request'> }
  /** The agent no longer waits for an answer. */
  | { kind: 'withdrawn'; requestId: RequestId };

export interface Translation {
  state: AcpState;
  events: AgentEvent[];
  /** A chunk of a message, shown live and not kept. */
  partial?: AgentEvent;
  signal?: Signal;
  /** Set by the frame that ends the turn; `state.turn` is then null. */
  end?: TurnEnd;
}

interface Step extends Omit<Translation, 'events' | 'partial'> {
  said?: Saying[];
  partial?: Saying;
}

/** `openedAt` is when a tool that is first mentioned was opened at the earliest, in milliseconds. */
export function translate(
  state: AcpState,
  frame: Frame,
  { now, openedAt }: { now: Date; openedAt: number },
): Translation {
  const opening = announcement(state);
  const step = follow(opening.state, frame, openedAt);
  const toEvent = (saying: Saying): AgentEvent => ({ timestamp: now.toISOString(), ...saying });
  const { said = [], partial, ...rest } = step;
  const events = [...opening.said, ...said].map(toEvent);
  return { ...rest, events, ...(partial === undefined ? {} : { partial: toEvent(partial) }) };
}

/** The agent is gone: what it had begun to say is said, and nothing is open any more. */
export function conclude(state: AcpState, now: Date): Pick<Translation, 'state' | 'events'> {
  const opening = announcement(state);
  const flushed = flush(opening.state);
  const events = [...opening.said, ...flushed.said].map((saying) => ({
    timestamp: now.toISOString(),
    ...saying,
  }));
  return { state: atRest(flushed.state), events };
}

function follow(state: AcpState, frame: Frame, openedAt: number): Step {
  switch (frame.kind) {
    case 'request':
      return ask(state, frame);
    case 'notification':
      return notice(state, frame, openedAt);
    case 'response':
      return respond(state, frame);
  }
}

function ask(state: AcpState, request: FrameOf<'request'>): Step {
  const { state: next, said } = flush(state);
  return { state: { ...next, asked: [...next.asked, request] }, said, signal: { kind: 'asked', request } };
}

function notice(state: AcpState, frame: FrameOf<'notification'>, openedAt: number): Step {
  const { method, params } = frame;
  if (method === '$/cancel_request') return withdraw(state, params);
  const { data } = UpdateParamsSchema.safeParse(method === 'session/update' ? params : undefined);
  if (data === undefined) return tell(state, { type: `acp-${method}`, payload: params });
  const { update, sessionId } = data;
  const known = learn(state, update, openedAt);
  if (state.isReplaying) return { state: known };
  if (!isChunk(update))
    return tell(known, { type: `acp-${update.sessionUpdate}`, payload: { sessionId, ...update } });
  const heard = listen(known, update, sessionId);
  const partial = partialOf(state.provider, update, sessionId);
  return partial === null ? heard : { ...heard, partial };
}

/** Notes about the session may come in the middle of a message and do not end it. */
const ASIDES: ReadonlySet<string> = new Set([
  'acp-usage_update',
  'acp-available_commands_update',
  'acp-current_mode_update',
  'acp-config_option_update',
  'acp-session_info_update',
]);

function tell(state: AcpState, { type, payload }: Saying): Step {
  const saying = { type, payload: { provider: state.provider, ...payload } };
  if (state.turn !== null && ASIDES.has(type)) return { state, said: [saying] };
  const { state: next, said } = flush(state);
  return { state: next, said: [...said, saying] };
}

function withdraw(state: AcpState, params: unknown): Step {
  const { data } = CancelledRequestSchema.safeParse(params);
  if (data === undefined) return { state };
  const asked = state.asked.filter(({ id }) => id !== data.requestId);
  return { state: { ...state, asked }, signal: { kind: 'withdrawn', requestId: data.requestId } };
}

function learn(state: AcpState, update: Update, openedAt: number): AcpState {
  switch (update.sessionUpdate) {
    case 'tool_call':
    case 'tool_call_update':
      return state.isReplaying ? state : followTool(state, update, openedAt);
    case 'usage_update':
      return { ...state, costUsd: CostSchema.safeParse(update).data?.cost.amount ?? state.costUsd };
    case 'current_mode_update': {
      const { data } = ModeUpdateSchema.safeParse(update);
      if (data === undefined) return state;
      return { ...state, options: withCurrent(state.options, 'mode', data.currentModeId) };
    }
    case 'config_option_update':
      return { ...state, options: mergeOptions(state.options, update) };
    default:
      return state;
  }
}

const CLOSED: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);

/** An update may come for a tool that has ended; only one that says it works opens a tool. */
function followTool(state: AcpState, update: Update, openedAt: number): AcpState {
  const { data } = ToolSchema.safeParse(update);
  if (data === undefined) return state;
  const { toolCallId: id, status } = data;
  const others = state.openTools.filter((tool) => tool.id !== id);
  if (CLOSED.has(status ?? '')) return { ...state, openTools: others };
  const isOpen = others.length < state.openTools.length;
  const opens = update.sessionUpdate === 'tool_call' || status === 'in_progress' || status === 'pending';
  return isOpen || !opens ? state : { ...state, openTools: [...others, { id, openedAt }] };
}

function respond(state: AcpState, frame: FrameOf<'response'>): Step {
  const { id, result, refusal } = frame;
  const { turn } = state;
  if (turn !== null && id === turnRequestId(turn.turnId)) return end(state, frame);
  if (refusal !== null) return { state: id === OPEN_ID ? { ...state, isReplaying: false } : state };
  if (id === INITIALIZE_ID) return { state: greet(state, result) };
  const options = mergeOptions(state.options, result);
  return { state: id === OPEN_ID ? open({ ...state, options }, result) : { ...state, options } };
}

function greet(state: AcpState, result: unknown): AcpState {
  const { agentCapabilities: offered } = GreetingSchema.parse(result);
  const { loadSession: load, promptCapabilities, sessionCapabilities } = offered;
  const resume = (sessionCapabilities.resume ?? null) !== null;
  return { ...state, capabilities: { image: promptCapabilities.image, load, resume } };
}

/** Only a new session says its id; one that is taken up is known by it. */
function open(state: AcpState, { sessionId }: Record<string, unknown>): AcpState {
  const isNew = typeof sessionId === 'string';
  const opened = { ...state, usual: state.options, isReplaying: false, speech: null, openTools: [] };
  return isNew ? { ...opened, sessionId } : opened;
}

function end(state: AcpState, frame: FrameOf<'response'>): Step {
  const { state: next, said } = flush(state);
  return { state: atRest(next), said, end: endOf(frame, state) };
}

function atRest(state: AcpState): AcpState {
  return { ...state, turn: null, speech: null, openTools: [], asked: [] };
}
