/** What the frames of the server mean: pure, so that recordings and spools can be replayed. */
import type { z } from 'zod';
import type { Policy } from '../../contract/chats.ts';
import { lossOf } from '../context-loss.ts';
import { withAnswer } from '../inquiry.ts';
import type { Moment, Saying, Translation } from '../step.ts';
import { hearCleared, saidCommand } from './commands.ts';
import { finishTurn, goFurther, hearAwaited } from './ending.ts';
import { refusalLine } from './frames.ts';
import { followGoal, hearGoal, isBetweenTurns, isPursued } from './goal.ts';
import { followItem, followTodoList, streamItem } from './item-frames.ts';
import { eventMessage } from './items.ts';
import { askForToken, isLoginFailure, REFRESH, toldLogin } from './login.ts';
import { COMPLETED, endOf, failureOf, limitedBy, messageOf, retrying } from './outcome.ts';
import { hearOpening } from './prepare.ts';
import {
  ConfigWarningParamsSchema,
  ErrorParamsSchema,
  ItemParamsSchema,
  parseLine,
  ResolvedParamsSchema,
  ThreadIdSchema,
  TurnParamsSchema,
  TurnResultSchema,
  WarningParamsSchema,
  type Frame,
  type FrameOf,
} from './protocol.ts';
import { isAnswerable } from './requests.ts';
import { enterRound, roundOfRequest } from './rounds.ts';
import { isAtRest, owns, type CodexState, type Steer } from './state.ts';
import { beginSubAgent, endCommands, endSubAgent, leaveCommands } from './tasks.ts';
import { andThen, closeItems, ofThread, type Told } from './told.ts';
import { countTokens } from './usage.ts';

export type Circumstances = Pick<Moment, 'now' | 'policy' | 'openedAt'>;

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

function respond(state: CodexState, answer: FrameOf<'response'>, { now, policy }: Circumstances): Told {
  const id = String(answer.id);
  if (id.startsWith(PING)) return { state, isPong: true };
  const informed = withAnswer(state, id, answer.result);
  if (informed !== null) return { state: informed };
  if (id === REJOIN) return { state: { ...state, isRejoining: false } };
  const steer = state.steers.find((one) => one.id === id);
  if (steer !== undefined) return hearSteered(state, steer, answer.refusal === null);
  const told = andThen(toldLogin(state, answer, now), (next) => hearOpening(next, answer, now));
  const set = andThen(told, (next) => hearGoal(next, answer));
  const cleared = andThen(set, (next) => hearCleared(next, answer, now));
  const heard = andThen(cleared, (next) => hearAwaited(next, answer, policy));
  return andThen(heard, (next) => beginRound(next, answer, policy));
}

function hearSteered(state: CodexState, { id, messageId }: Steer, isTaken: boolean): Told {
  const steers = state.steers.filter((one) => one.id !== id);
  return { state: { ...state, steers }, steered: [{ messageId, isTaken }] };
}

/** The answer to the start of a round of our turn. */
function beginRound(state: CodexState, { id, result, refusal }: FrameOf<'response'>, policy: Policy): Told {
  const round = roundOfRequest(state, id);
  const entered = round === null ? state : enterRound(state, round);
  const { turn } = entered;
  if (turn === null || round === null || round.round !== turn.round) return { state };
  if (refusal !== null) {
    const error = { code: 'agent_error', message: refusal };
    return finishTurn(entered, { outcome: 'errored', error }, policy);
  }
  const nativeId = TurnResultSchema.safeParse(result).data?.turn.id ?? null;
  const lost = turn.notice === null ? [] : [lossOf(state.threadId, turn.notice)];
  const said = turn.isCompaction ? [...lost, saidCommand('compact')] : lost;
  return { state: { ...entered, turn: { ...turn, nativeId, notice: null } }, said };
}

/** The server waits for an answer to everything it asks. */
function ask(state: CodexState, request: FrameOf<'request'>): Told {
  if (request.method === REFRESH) return askForToken(state, request);
  if (!isAnswerable(request)) return { state, lines: [refusalLine(request.id, request.method)] };
  const others = state.asked.filter(({ id }) => id !== request.id);
  return { state: { ...state, asked: [...others, request] } };
}

function notice(state: CodexState, frame: FrameOf<'notification'>, moment: Circumstances): Told {
  const { method, params } = frame;
  if (method === 'account/rateLimits/updated') return limit(state, params);
  if (method === 'turn/started') return startTurn(state, params, moment.now);
  if (method === 'configWarning') return remarkOn(state, params);
  const threadId = ThreadIdSchema.safeParse(params).data?.threadId;
  if (threadId === undefined || !owns(state, threadId)) return { state };
  switch (method) {
    case 'item/started':
    case 'item/completed':
      return followItem(served(state, params), frame, moment);
    case 'turn/completed':
      return completeTurn(state, params, moment);
    case 'turn/plan/updated':
      return followTodoList(state, params);
    case 'thread/tokenUsage/updated':
      return countTokens(state, params);
    case 'thread/goal/updated':
    case 'thread/goal/cleared':
      return reachGoal(followGoal(state, method, params), moment.policy);
    case 'serverRequest/resolved':
      return resolve(state, params);
    case 'error':
      return complain(state, params);
    case 'warning':
      return warn(state, params);
    default:
      return method.startsWith('item/') ? streamItem(state, frame, moment.now) : { state, isStirring: true };
  }
}

/** Limits are those of the account: they concern whoever has a turn that runs. */
function limit(state: CodexState, params: unknown): Told {
  const progress = state.turn === null ? null : limitedBy(params);
  return progress === null ? { state } : { state, progress };
}

/** Where it does not know a setting that the engine relies on, it says so nowhere else. */
function remarkOn(state: CodexState, params: unknown): Told {
  const { data } = ConfigWarningParamsSchema.safeParse(params);
  return data === undefined ? { state } : { state, remark: data.summary };
}

/** A turn of another thread is that of a sub-agent. */
function startTurn(state: CodexState, params: unknown, now: Date): Told {
  const { data } = TurnParamsSchema.safeParse(params);
  if (data === undefined) return { state };
  const { threadId, turn } = data;
  if (threadId !== state.threadId) return { state: beginSubAgent(state, threadId, turn, now) };
  const ours = state.turn;
  const isOurs = ours !== null && (isBetweenTurns(ours) || (ours.isCompaction && ours.nativeId === null));
  const next = isOurs ? { ...ours, nativeId: turn.id } : ours;
  return { state: { ...state, activeTurn: turn.id, turn: next } };
}

/** A goal may come to its end between two turns. */
function reachGoal(told: Told, policy: Policy): Told {
  const { turn, activeTurn } = told.state;
  const isDone = turn?.goal?.status === 'over' && turn.nativeId === null && activeTurn === null;
  return isDone ? andThen(told, (next) => finishTurn(next, COMPLETED, policy)) : told;
}

/** Only the end of the turn that was asked for ends it: an older one may come late. */
function completeTurn(before: CodexState, params: unknown, { now, policy }: Circumstances): Told {
  const { data } = TurnParamsSchema.safeParse(params);
  if (data === undefined) return { state: before };
  const { threadId, turn } = data;
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

function resolve(state: CodexState, params: unknown): Told {
  const { data } = ResolvedParamsSchema.safeParse(params);
  return { state: { ...state, asked: state.asked.filter(({ id }) => id !== data?.requestId) } };
}

/** An error that is tried again is progress. */
function complain(state: CodexState, params: unknown): Told {
  const { data } = ErrorParamsSchema.safeParse(params);
  if (data === undefined) return { state };
  const waiting = data.willRetry ? { progress: retrying(messageOf(data.error)) } : {};
  return { state: refused(state, failureOf(data.error).code), said: complaint(state, data), ...waiting };
}

function refused(state: CodexState, code: string): CodexState {
  const { turn } = state;
  return code === 'auth' && turn !== null ? { ...state, turn: { ...turn, isLoginRejected: true } } : state;
}

/** Whatever the agent makes of what it was asked, the model has answered. */
function served(state: CodexState, params: unknown): CodexState {
  const { turn } = state;
  const type = ItemParamsSchema.safeParse(params).data?.item.type;
  if (turn === null || type === undefined || type === 'userMessage') return state;
  return { ...state, turn: { ...turn, isServed: true, isLoginRejected: false, isReported: false } };
}

function complaint(state: CodexState, data: z.infer<typeof ErrorParamsSchema>): readonly Saying[] {
  const message = messageOf(data.error);
  const fields = data.willRetry ? { message } : { message, code: failureOf(data.error).code };
  const saying = eventMessage(data.willRetry ? 'stream_error' : 'error', fields);
  return ofThread(state, data.threadId, [saying]);
}

function warn(state: CodexState, params: unknown): Told {
  const { data } = WarningParamsSchema.safeParse(params);
  if (data === undefined) return { state };
  const { threadId, message } = data;
  return { state, said: ofThread(state, threadId, [eventMessage('warning', { message })]) };
}
