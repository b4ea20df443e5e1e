/**
 * A message with a goal takes as many turns of Codex as it needs: the server begins the next by itself as long as the goal of
 * the thread is active. To the chat they are one turn.
 */
import { z } from 'zod';
import type { Failure } from '../../contract/chats.ts';
import type { FrameOf } from '../json-rpc.ts';
import { requestLine } from './frames.ts';
import { eventMessage } from './items.ts';
import type { CodexState, TurnProgress } from './state.ts';
import type { Told } from './told.ts';

const GoalParamsSchema = z.looseObject({
  goal: z.looseObject({ objective: z.string(), status: z.string() }),
});

function goalId(clientId: string): string {
  return `goal-${clientId}`;
}

/** Set once the turn of its message goes on: set before, it would begin a turn of its own. */
export function setGoal(state: CodexState): Told {
  const { turn, threadId } = state;
  if (turn?.goal?.status !== 'wanted' || turn.nativeId === null || threadId === null) return { state };
  const { objective } = turn.goal;
  const params = { threadId, objective, status: 'active', origin: 'user' };
  const goal = { objective, status: 'asked' as const };
  const lines = [requestLine(goalId(turn.clientId), 'thread/goal/set', params)];
  return { state: { ...state, turn: { ...turn, goal } }, lines };
}

/** A message whose goal is refused is not carried out without it. */
export function hearGoal(state: CodexState, { id, refusal }: FrameOf<'response'>): Told {
  const { turn } = state;
  if (turn?.goal?.status !== 'asked' || id !== goalId(turn.clientId)) return { state };
  if (refusal === null)
    return { state: { ...state, turn: { ...turn, goal: { ...turn.goal, status: 'active' } } } };
  const message = `Codex did not take the goal: ${refusal.message}`;
  const rejection: Failure = { code: 'agent_error', message };
  const goal = { ...turn.goal, status: 'over' as const };
  return { state: { ...state, turn: { ...turn, goal, rejection }, told: state.told ?? [] } };
}

/** What became of the goal; told once it is over. */
export function followGoal(state: CodexState, method: string, params: unknown): Told {
  const { turn } = state;
  if (turn?.goal === undefined || turn.goal === null || !isPursued(turn) || turn.goal.status === 'wanted')
    return { state };
  const { objective } = turn.goal;
  const told = GoalParamsSchema.safeParse(params).data?.goal.status;
  const status = method === 'thread/goal/cleared' ? 'cleared' : (told ?? 'active');
  if (status === 'active') return { state };
  const over = { ...state, turn: { ...turn, goal: { objective, status: 'over' as const } } };
  return { state: over, said: [eventMessage('thread_goal_updated', { objective, status })] };
}

/** The server is not to go on by itself. */
export function dropGoal(state: CodexState): Told & { awaited: readonly string[] } {
  const { turn, threadId } = state;
  if (turn === null || threadId === null || turn.goal === null || !isPursued(turn))
    return { state, awaited: [] };
  const id = `drop-${goalId(turn.clientId)}`;
  const goal = { ...turn.goal, status: 'over' as const };
  const lines = [requestLine(id, 'thread/goal/clear', { threadId })];
  return { state: { ...state, turn: { ...turn, goal } }, lines, awaited: [id] };
}

/** Its last round has ended, and whether there is another is still to be decided. */
export function isOver(turn: TurnProgress): boolean {
  return turn.isPlanned || turn.refusal !== null || isBetweenTurns(turn);
}

/** Its goal is not reached. */
export function isPursued({ goal }: TurnProgress): boolean {
  return goal !== null && goal.status !== 'over';
}

/** The server is about to begin another turn for its goal. */
export function isBetweenTurns(turn: TurnProgress): boolean {
  return turn.nativeId === null && isPursued(turn) && turn.goal?.status !== 'wanted';
}
