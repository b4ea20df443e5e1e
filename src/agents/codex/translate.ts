/** What the frames of the server mean for one chat: pure, so that recordings and spools can be replayed. */
import type { z } from 'zod';
import type { RequestId } from '../json-rpc.ts';
import { lossOf } from '../context-loss.ts';
import { eventMessage, type Saying } from './items.ts';
import { followItem, followTodoList, streamItem } from './item-frames.ts';
import { addTokens, contextOf, endOf, failureOf, messageOf } from './outcome.ts';
import {
  ErrorParamsSchema,
  ItemParamsSchema,
  ResolvedParamsSchema,
  ThreadIdSchema,
  TokenUsageParamsSchema,
  TurnParamsSchema,
  TurnResultSchema,
  WarningParamsSchema,
  type Frame,
  type FrameOf,
} from './protocol.ts';
import { isLoginFailure } from './login.ts';
import { enterRound, roundOf, type Round } from './rounds.ts';
import { isAtRest, owns, turnRequestId, type CodexState } from './state.ts';
import { closeItems, ofThread, type Step, type Translation } from './step.ts';
import { limitedBy, retrying } from './waiting.ts';

export function translate(state: CodexState, frame: Frame, now: Date): Translation {
  const step = stepOf(state, frame, now) ?? { state };
  const { said, partial, ...rest } = step;
  const timestamp = now.toISOString();
  return {
    ...rest,
    events: (said ?? []).map((saying) => ({ timestamp, ...saying })),
    ...(partial === undefined ? {} : { partial: { timestamp, ...partial } }),
  };
}

function stepOf(state: CodexState, frame: Frame, now: Date): Step | null {
  if (frame.kind === 'response') return respond(state, frame);
  if (frame.method === 'account/rateLimits/updated') return limit(state, frame.params);
  if (frame.method === 'turn/started') return startTurn(state, frame.params);
  const threadId = ThreadIdSchema.safeParse(frame.params).data?.threadId;
  if (threadId === undefined || !owns(state, threadId)) return null;
  if (frame.kind === 'request') return { state, signal: { kind: 'asked', request: frame } };
  return follow(state, frame, now);
}

function follow(state: CodexState, frame: FrameOf<'notification'>, now: Date): Step {
  const { method, params } = frame;
  switch (method) {
    case 'item/started':
    case 'item/completed':
      return followItem(served(state, params), frame, now);
    case 'turn/completed':
      return completeTurn(state, params, now);
    case 'turn/plan/updated':
      return followTodoList(state, params);
    case 'thread/tokenUsage/updated':
      return countTokens(state, params);
    case 'serverRequest/resolved':
      return resolve(state, params);
    case 'error':
      return complain(state, params);
    case 'warning':
      return warn(state, params);
    default:
      return method.startsWith('item/') ? streamItem(state, frame) : { state, isStirring: true };
  }
}

/** Limits are those of the account: they concern whoever has a turn that runs. */
function limit(state: CodexState, params: unknown): Step | null {
  const progress = state.turn === null ? null : limitedBy(params);
  return progress === null ? null : { state, progress };
}

/** The answer to the start of our turn. */
function respond(state: CodexState, { id, result, refusal }: FrameOf<'response'>): Step | null {
  const round = roundOfRequest(state, id);
  const entered = round === null ? state : enterRound(state, round);
  const { turn } = entered;
  if (turn === null || round === null || round.round !== turn.round) return null;
  if (refusal !== null) {
    return { state: entered, end: { outcome: 'errored', error: { code: 'agent_error', message: refusal } } };
  }
  const nativeId = TurnResultSchema.safeParse(result).data?.turn.id ?? null;
  const said = turn.notice === null ? [] : [lossOf(state.threadId, turn.notice)];
  return { state: { ...entered, turn: { ...turn, nativeId, notice: null } }, said };
}

function roundOfRequest({ turn }: CodexState, id: RequestId): Round | null {
  const prefix = turnRequestId('');
  const isTurn = typeof id === 'string' && id.startsWith(prefix);
  return turn !== null && isTurn ? roundOf(turn, id.slice(prefix.length)) : null;
}

function withChild(state: CodexState, threadId: string, turnId: string | null): CodexState {
  return { ...state, children: { ...state.children, [threadId]: turnId } };
}

function startTurn(state: CodexState, params: unknown): Step {
  const { data } = TurnParamsSchema.safeParse(params);
  if (data === undefined) return { state };
  if (data.threadId !== state.threadId) return { state: withChild(state, data.threadId, data.turn.id) };
  return { state: { ...state, activeTurn: data.turn.id } };
}

/** Only the end of the turn that was asked for ends it: an older one may come late. */
function completeTurn(state: CodexState, params: unknown, now: Date): Step {
  const { data } = TurnParamsSchema.safeParse(params);
  if (data === undefined) return { state };
  const { threadId, turn } = data;
  if (threadId !== state.threadId) return closed(withChild(state, threadId, null), { threadId, now });
  const rested = turn.id === state.activeTurn ? { ...state, activeTurn: null } : state;
  if (state.turn === null) return isAtRest(rested) ? closed(rested, { threadId, now }) : { state: rested };
  if (turn.id !== state.turn.nativeId) return { state: rested };
  const ended = { ...rested, activeTurn: null };
  const end = endOf(turn, state.turn.usage);
  if (isLoginFailure(end))
    return closed({ ...ended, turn: { ...state.turn, nativeId: null, refusal: end } }, { threadId, now });
  if (turn.status !== 'completed' || state.turn.plan === null) {
    return { state: ended, end };
  }
  const planned = { ...ended, turn: { ...state.turn, nativeId: null, isPlanned: true } };
  return { ...closed(planned, { threadId, now }), signal: { kind: 'planned' } };
}

function closed(before: CodexState, where: { threadId: string; now: Date }): Step {
  const { state, events } = closeItems(before, where);
  return { state, said: events.map(({ type, payload }) => ({ type, payload }) as Saying) };
}

function countTokens(state: CodexState, params: unknown): Step {
  const { data } = TokenUsageParamsSchema.safeParse(params);
  const { turn } = state;
  if (data === undefined || turn === null) return { state };
  const context = data.threadId === state.threadId ? contextOf(data.tokenUsage) : {};
  const usage = { ...addTokens(turn.usage, data.tokenUsage.last), ...context };
  return { state: { ...state, turn: { ...turn, usage } } };
}

function resolve(state: CodexState, params: unknown): Step {
  const { data } = ResolvedParamsSchema.safeParse(params);
  return data === undefined ? { state } : { state, signal: { kind: 'resolved', requestId: data.requestId } };
}

/** An error that is tried again is progress. */
function complain(state: CodexState, params: unknown): Step {
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
  return { ...state, turn: { ...turn, isServed: true, isLoginRejected: false } };
}

function complaint(state: CodexState, data: z.infer<typeof ErrorParamsSchema>): Saying[] {
  const message = messageOf(data.error);
  const fields = data.willRetry ? { message } : { message, code: failureOf(data.error).code };
  const saying = eventMessage(data.willRetry ? 'stream_error' : 'error', fields);
  return ofThread(state, data.threadId, [saying]);
}

function warn(state: CodexState, params: unknown): Step {
  const { data } = WarningParamsSchema.safeParse(params);
  if (data === undefined) return { state };
  const { threadId, message } = data;
  return { state, said: ofThread(state, threadId, [eventMessage('warning', { message })]) };
}
