/** What the frames of an ACP agent mean: pure, so that recordings and spools can be replayed. */
import { allIsLost, isPassing } from '../context-loss.ts';
import { parseLine, turnRequestId, type Frame, type FrameOf, type Refusal } from '../json-rpc.ts';
import type { Conclusion, Ending, Moment, Saying, Step, Translation } from '../step.ts';
import { mergeOptions, withCurrent } from './options.ts';
import { endOf, failureOf } from './outcome.ts';
import {
  CancelledRequestSchema,
  CommandsUpdateSchema,
  GreetingSchema,
  ModeUpdateSchema,
  ToolSchema,
  UpdateParamsSchema,
  type Update,
} from './protocol.ts';
import { announcement, flush, isChunk, listen, partialOf } from './speech.ts';
import { INITIALIZE_ID, OPEN_ID, PING_ID, type AcpState, type Setting } from './state.ts';
import { countUpdate, usageOf } from './usage.ts';

type Told = Step<AcpState>;

export function translate(
  state: AcpState,
  line: string,
  { openedAt }: Pick<Moment, 'openedAt'>,
): Translation<AcpState> {
  const frame = parseLine(line);
  if (typeof frame === 'string') return frame;
  const opening = announcement(state);
  const { said = [], ...rest } = follow(opening.state, frame, openedAt);
  return { ...rest, said: [...opening.said, ...said] };
}

/** The agent is gone: what it had begun to say is said, and nothing is open any more. */
export function conclude(state: AcpState, ending: Ending): Conclusion<AcpState> {
  const opening = announcement(state);
  const flushed = flush(opening.state);
  const said = [...opening.said, ...flushed.said];
  return { state: atRest(flushed.state), said, outcome: outcomeOf(state, ending) };
}

/** A message that died with its engine may have been done, if it was in the agent's input. */
function outcomeOf(
  { turn, opening }: AcpState,
  { isFound, isAsked, isWritten, isUnresponsive, isSelfDirected }: Ending,
): Conclusion<AcpState>['outcome'] {
  if (turn === null && opening.kind === 'resuming' && isUnresponsive) return { kind: 'again' };
  if (turn === null) return { kind: isSelfDirected ? 'cutOff' : 'rested' };
  if (!isFound || isAsked) return { kind: 'cutOff' };
  return isWritten ? { kind: 'ended', end: { outcome: 'lost' } } : { kind: 'again' };
}

function follow(state: AcpState, frame: Frame, openedAt: number): Told {
  switch (frame.kind) {
    case 'request':
      return ask(state, frame);
    case 'notification':
      return notice(state, frame, openedAt);
    case 'response':
      return respond(state, frame);
  }
}

function ask(state: AcpState, request: FrameOf<'request'>): Told {
  const { state: next, said } = flush(state);
  return { state: { ...next, asked: [...next.asked, request] }, said };
}

function notice(state: AcpState, frame: FrameOf<'notification'>, openedAt: number): Told {
  const { method, params } = frame;
  if (method === '$/cancel_request') return withdraw(state, params);
  const { data } = UpdateParamsSchema.safeParse(method === 'session/update' ? params : undefined);
  if (data === undefined) return tell(state, { type: `acp-${method}`, payload: params });
  const { update, sessionId } = data;
  const isUsage = update.sessionUpdate === 'usage_update';
  const { state: counted, ...spending } = isUsage ? countUpdate(state, update) : { state };
  const known = learn(counted, update, openedAt);
  if (state.isReplaying) return { state: known };
  if (!isChunk(update))
    return {
      ...tell(known, { type: `acp-${update.sessionUpdate}`, payload: { sessionId, ...update } }),
      ...spending,
    };
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

function tell(state: AcpState, { type, payload }: Saying): Told {
  const saying = { type, payload: { provider: state.provider, ...payload } };
  if (state.turn !== null && ASIDES.has(type)) return { state, said: [saying] };
  const { state: next, said } = flush(state);
  return { state: next, said: [...said, saying] };
}

function withdraw(state: AcpState, params: unknown): Told {
  const { data } = CancelledRequestSchema.safeParse(params);
  if (data === undefined) return { state };
  const asked = state.asked.filter(({ id }) => id !== data.requestId);
  return { state: { ...state, asked } };
}

function learn(state: AcpState, update: Update, openedAt: number): AcpState {
  switch (update.sessionUpdate) {
    case 'tool_call':
    case 'tool_call_update':
      return state.isReplaying ? state : followTool(state, update, openedAt);
    case 'available_commands_update': {
      const found = CommandsUpdateSchema.safeParse(update).data?.availableCommands ?? [];
      const commands = found.map(({ name, description, input }) => ({
        command: `/${name}`,
        description,
        ...(input?.hint ? { argumentHint: input.hint } : {}),
      }));
      return { ...state, commands };
    }
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

function respond(state: AcpState, frame: FrameOf<'response'>): Told {
  const { id, result, refusal } = frame;
  const { turn, setting } = state;
  if (turn !== null && id === turnRequestId(turn.turnId)) return end(state, frame);
  // An agent that says that it does not know the question is there all the same.
  if (String(id).startsWith(PING_ID)) return { state, isPong: true };
  if (id === setting?.id) return { state: settle(state, frame, setting) };
  if (id === INITIALIZE_ID) return { state: greet(state, frame) };
  if (id === OPEN_ID) return { state: refusal === null ? open(state, result) : refuse(state, refusal) };
  // What an earlier engine chose.
  return { state: refusal === null ? { ...state, options: mergeOptions(state.options, result) } : state };
}

function greet(state: AcpState, { result, refusal }: FrameOf<'response'>): AcpState {
  if (refusal !== null) return { ...state, opening: { kind: 'refused', failure: failureOf(refusal) } };
  const { agentCapabilities: offered } = GreetingSchema.parse(result);
  const { loadSession: load, promptCapabilities, sessionCapabilities } = offered;
  const resume = (sessionCapabilities.resume ?? null) !== null;
  const capabilities = { image: promptCapabilities.image, load, resume };
  return { ...state, capabilities, opening: { kind: 'greeted' } };
}

/** Only a new session says its id; one that is taken up is known by it. */
function open(state: AcpState, result: Record<string, unknown>): AcpState {
  const { sessionId } = result;
  const isNew = typeof sessionId === 'string';
  const options = mergeOptions(state.options, result);
  const opened = {
    ...state,
    opening: { kind: 'open' as const },
    options,
    usual: options,
    chosen: chosenIn(options),
    isNew,
    isReplaying: false,
    speech: null,
    openTools: [],
  };
  return isNew ? { ...opened, sessionId, costUsd: state.costUsd ?? 0 } : opened;
}

function chosenIn(options: AcpState['options']): AcpState['chosen'] {
  const chosen = Object.entries(options).flatMap(([name, choice]) =>
    choice === null ? [] : [[name, { wanted: choice.current, current: choice.current }] as const],
  );
  return Object.fromEntries(chosen);
}

/** Refusals that say nothing about the session. */
const PASSING: ReadonlySet<string> = new Set(['auth', 'network', 'rate_limit', 'overloaded', 'billing']);

/** A session that is refused is begun anew, unless it may still be there. */
function refuse(state: AcpState, refusal: Refusal): AcpState {
  const failure = failureOf(refusal);
  const isOfSession = !PASSING.has(failure.code) && !isPassing(failure.message);
  const closed = { ...state, isReplaying: false };
  if (state.opening.kind !== 'resuming' || !isOfSession)
    return { ...closed, opening: { kind: 'refused', failure } };
  return { ...closed, opening: { kind: 'greeted' }, resumes: null, notice: allIsLost(failure.message) };
}

/** What was asked for holds, under the name that the agent gives to it. */
function settle(state: AcpState, { result, refusal }: FrameOf<'response'>, setting: Setting): AcpState {
  const { name, wanted } = setting;
  if (refusal !== null) return { ...state, setting: { ...setting, refusal: failureOf(refusal) } };
  const merged = mergeOptions(state.options, result);
  const isOfOlderKind = merged[name]?.configId === null;
  const options = isOfOlderKind ? withCurrent(merged, name, wanted) : merged;
  const current = options[name]?.current ?? wanted;
  return { ...state, options, chosen: { ...state.chosen, [name]: { wanted, current } }, setting: null };
}

function end(state: AcpState, frame: FrameOf<'response'>): Told {
  const { state: next, said } = flush(state);
  const spent = frame.refusal === null ? { spent: usageOf(frame.result, state) } : {};
  return { state: atRest(next), said, ...spent, end: endOf(frame) };
}

function atRest(state: AcpState): AcpState {
  return { ...state, turn: null, speech: null, openTools: [], asked: [] };
}
