/** What the frames of the server mean: pure, so that recordings and spools can be replayed. */
import type { z } from 'zod';
import { isLoginFailure } from '../failures.ts';
import { withAnswer } from '../inquiry.ts';
import { parseLine, type Frame, type FrameOf } from '../json-rpc.ts';
import type { Moment, Translation } from '../step.ts';
import { hearCleared, saidCommand } from './commands.ts';
import { finishTurn, goFurther, hearAwaited } from './ending.ts';
import { refusalLine } from './frames.ts';
import { followGoal, hearGoal, isBetweenTurns, isPursued } from './goal.ts';
import { followItem, followTodoList, streamItem } from './item-frames.ts';
import { eventMessage } from './items.ts';
import { askForToken, REFRESH, toldLogin } from './login.ts';
import { COMPLETED, endOf, failureOf, limitedBy, messageOf, retrying } from './outcome.ts';
import { hearOpening } from './prepare.ts';
import {
  ConfigWarningParamsSchema,
  ErrorParamsSchema,
  ItemParamsSchema,
  PlanParamsSchema,
  RateLimitsParamsSchema,
  ResolvedParamsSchema,
  ThreadIdSchema,
  TokenUsageParamsSchema,
  TurnParamsSchema,
  TurnResultSchema,
  WarningParamsSchema,
} from './protocol.ts';
import { isAnswerable } from './requests.ts';
import { enterRound, roundOfRequest } from './rounds.ts';
import { isAtRest, owns, type CodexState, type Steer } from './state.ts';
import { beginSubAgent, endCommands, endSubAgent, leaveCommands } from './tasks.ts';
import { andThen, closeItems, ofThread, type Told } from './told.ts';
import { countTokens } from './usage.ts';

export type Circumstances = Pick<Moment, 'now' | 'policy' | 'openedAt'>;
type Heard = Circumstances & { method: string };
type TurnParams = z.infer<typeof TurnParamsSchema>;

export const PING = 'ping-';
export const REJOIN = 'rejoin';

export function translate(state: CodexState, line: string, moment: Circumstances): Translation<CodexState> {
  const frame = parseLine(line);
  if (typeof frame === 'string') return frame;
  return andThen(follow(state, frame, moment), (next) => goFurther(next, moment.policy));
}

function follow(state: CodexState, frame: Frame, moment: Circumstances): Told {
  if (state.opening.step === 'refused') return { state };
  switch (frame.kind) {
    case 'response':
      return respond(state, frame, moment);
    case 'request':
      return ask(state, frame);
    case 'notification':
      return notice(state, frame, moment);
  }
}

function respond(state: CodexState, answer: FrameOf<'response'>, moment: Circumstances): Told {
  const id = String(answer.id);
  if (id.startsWith(PING)) return { state, isPong: true };
  const informed = withAnswer(state, id, answer.result);
  if (informed !== null) return { state: informed };
  if (id === REJOIN) return { state: { ...state, isRejoining: false } };
  const steer = state.steers.find((one) => one.id === id);
  if (steer !== undefined) return hearSteered(state, steer, answer.refusal === null);
  return LISTENERS.reduce<Told>((told, hear) => andThen(told, (next) => hear(next, answer, moment)), {
    state,
  });
}

/** Each knows the answers that it waits for. */
const LISTENERS = [toldLogin, hearOpening, hearGoal, hearCleared, hearAwaited, beginRound];

function hearSteered(state: CodexState, { id, messageId }: Steer, isTaken: boolean): Told {
  const steers = state.steers.filter((one) => one.id !== id);
  return { state: { ...state, steers }, steered: [{ messageId, isTaken }] };
}

/** The answer to the start of a round of our turn. */
function beginRound(
  state: CodexState,
  { id, result, refusal }: FrameOf<'response'>,
  { policy }: Circumstances,
): Told {
  const round = roundOfRequest(state, id);
  const entered = round === null ? state : enterRound(state, round);
  const { turn } = entered;
  if (turn === null || round === null || round.round !== turn.round) return { state };
  if (refusal !== null) {
    const error = { code: 'agent_error', message: refusal.message };
    return finishTurn(entered, { outcome: 'errored', error }, policy);
  }
  const nativeId = TurnResultSchema.safeParse(result).data?.turn.id ?? null;
  const said = turn.isCompaction ? [saidCommand('compact')] : [];
  return { state: { ...entered, turn: { ...turn, nativeId } }, said };
}

/** The server waits for an answer to everything it asks. */
function ask(state: CodexState, request: FrameOf<'request'>): Told {
  if (request.method === REFRESH) return askForToken(state, request);
  if (!isAnswerable(request)) return { state, lines: [refusalLine(request.id, request.method)] };
  const others = state.asked.filter(({ id }) => id !== request.id);
  return { state: { ...state, asked: [...others, request] } };
}

/** What is made of a notice, which is passed over when it is not as expected. */
function about<Params>(
  schema: z.ZodType<Params>,
  hear: (state: CodexState, params: Params, heard: Heard) => Told,
): (state: CodexState, params: unknown, heard: Heard) => Told {
  return (state, params, heard) => {
    const { data } = schema.safeParse(params);
    return data === undefined ? { state } : hear(state, data, heard);
  };
}

type Notices = Partial<Record<string, ReturnType<typeof about>>>;

/** Of the account and the server itself, and of turns in whichever thread. */
const OF_SERVER: Notices = {
  'account/rateLimits/updated': about(RateLimitsParamsSchema, limit),
  'turn/started': about(TurnParamsSchema, startTurn),
  // Where it does not know a setting that the engine relies on, it says so nowhere else.
  configWarning: about(ConfigWarningParamsSchema, (state, { summary: remark }) => ({ state, remark })),
};

/** Of a thread that is ours. */
const OF_THREAD: Notices = {
  'item/started': about(ItemParamsSchema, followItem),
  'item/completed': about(ItemParamsSchema, followItem),
  'turn/completed': about(TurnParamsSchema, completeTurn),
  'turn/plan/updated': about(PlanParamsSchema, followTodoList),
  'thread/tokenUsage/updated': about(TokenUsageParamsSchema, countTokens),
  'thread/goal/updated': reachGoal,
  'thread/goal/cleared': reachGoal,
  'serverRequest/resolved': about(ResolvedParamsSchema, resolve),
  error: about(ErrorParamsSchema, complain),
  warning: about(WarningParamsSchema, warn),
};

function notice(state: CodexState, { method, params }: FrameOf<'notification'>, moment: Circumstances): Told {
  const heard = { ...moment, method };
  const ofServer = OF_SERVER[method];
  if (ofServer !== undefined) return ofServer(state, params, heard);
  const threadId = ThreadIdSchema.safeParse(params).data?.threadId;
  if (threadId === undefined || !owns(state, threadId)) return { state };
  const hear = OF_THREAD[method] ?? streamItem;
  return hear(state, params, heard);
}

/** Limits are those of the account: they concern whoever has a turn that runs. */
function limit(state: CodexState, { rateLimits }: z.infer<typeof RateLimitsParamsSchema>): Told {
  const progress = state.turn === null ? null : limitedBy(rateLimits);
  return progress === null ? { state } : { state, progress };
}

/** A turn of another thread is that of a sub-agent. */
function startTurn(state: CodexState, { threadId, turn }: TurnParams, { now }: Heard): Told {
  if (threadId !== state.threadId) return { state: beginSubAgent(state, threadId, turn, now) };
  const ours = state.turn;
  const isOurs = ours !== null && (isBetweenTurns(ours) || (ours.isCompaction && ours.nativeId === null));
  const next = isOurs ? { ...ours, nativeId: turn.id } : ours;
  return { state: { ...state, activeTurn: turn.id, turn: next } };
}

/** A goal may come to its end between two turns. */
function reachGoal(state: CodexState, params: unknown, { method, policy }: Heard): Told {
  const told = followGoal(state, method, params);
  const { turn, activeTurn } = told.state;
  const isDone = turn?.goal?.status === 'over' && turn.nativeId === null && activeTurn === null;
  return isDone ? andThen(told, (next) => finishTurn(next, COMPLETED, policy)) : told;
}

/** Only the end of the turn that was asked for ends it: an older one may come late. */
function completeTurn(before: CodexState, { threadId, turn }: TurnParams, { now, policy }: Heard): Told {
  const isInterrupted = turn.status === 'interrupted';
  const state = isInterrupted ? before : leaveCommands(before, threadId);
  const isLeft = isInterrupted && state.told === null && (state.turn === null || threadId !== state.threadId);
  const lines = isLeft ? endCommands(state, [threadId]).map(({ line }) => line) : [];
  if (threadId !== state.threadId)
    return { ...closeItems(endSubAgent(state, threadId, turn, now), threadId), lines };
  const rested = turn.id === state.activeTurn ? { ...state, activeTurn: null } : state;
  if (state.turn === null)
    return { ...(isAtRest(rested) ? closeItems(rested, threadId) : { state: rested }), lines };
  if (turn.id !== state.turn.nativeId) return { state: rested };
  const ended = { ...rested, activeTurn: null };
  const end = endOf(turn);
  const waiting = { ...state.turn, nativeId: null };
  if (isLoginFailure(end) && !waiting.isCompaction)
    return closeItems({ ...ended, turn: { ...waiting, refusal: end } }, threadId);
  if (isPursued(state.turn) && end.outcome === 'completed')
    return closeItems({ ...ended, turn: waiting }, threadId);
  const isPlanned = turn.status === 'completed' && state.turn.plan !== null;
  if (!isPlanned) return finishTurn(ended, end, policy);
  return closeItems({ ...ended, turn: { ...waiting, isPlanned } }, threadId);
}

function resolve(state: CodexState, { requestId }: z.infer<typeof ResolvedParamsSchema>): Told {
  return { state: { ...state, asked: state.asked.filter(({ id }) => id !== requestId) } };
}

/** An error that is tried again is progress. */
function complain(
  state: CodexState,
  { threadId, error, willRetry }: z.infer<typeof ErrorParamsSchema>,
): Told {
  const message = messageOf(error);
  const { code } = failureOf(error);
  const saying = willRetry
    ? eventMessage('stream_error', { message })
    : eventMessage('error', { message, code });
  const told = { state: refused(state, code), said: ofThread(state, threadId, [saying]) };
  return willRetry ? { ...told, progress: retrying(message) } : told;
}

function refused(state: CodexState, code: string): CodexState {
  const { turn } = state;
  return code === 'auth' && turn !== null ? { ...state, turn: { ...turn, isLoginRejected: true } } : state;
}

function warn(state: CodexState, { threadId, message }: z.infer<typeof WarningParamsSchema>): Told {
  return { state, said: ofThread(state, threadId, [eventMessage('warning', { message })]) };
}
