/** What the state of Codex means in the words of the process machine. */
import type { Ask, Circumstances, Standing } from '../step.ts';
import { patienceOf } from './ending.ts';
import { planAsk } from './plans.ts';
import { decide as decideRequest } from './requests.ts';
import { openTools, toolsOpenedSince } from './open-items.ts';
import { activeTurns, type CodexState } from './state.ts';

const NOTHING: readonly Ask[] = [];

export function decide(
  state: CodexState,
  circumstances: Circumstances,
  planPath: (file: string) => string,
): Standing {
  const { turn, ending, threadId, rollout, isRejoining } = state;
  const isBusy = activeTurns(state).length > 0 || ending !== null;
  const waitsMs = patienceOf(state);
  return {
    activity: isRejoining ? 'unknown' : turn !== null || isBusy ? 'working' : 'resting',
    selfDirected: turn !== null || isRejoining ? null : isBusy,
    sessionId: threadId,
    sessionFile: rollout,
    openTools: openTools(state).length,
    toolsOpenedSince: toolsOpenedSince(state),
    asks: asksOf(state, circumstances, planPath),
    steering: steeringOf(state),
    ...(waitsMs === null ? {} : { waitsMs }),
  };
}

function asksOf(
  state: CodexState,
  { policy, runId }: Circumstances,
  planPath: (file: string) => string,
): readonly Ask[] {
  const { turn, asked, ending } = state;
  const isPlanned = turn?.isPlanned === true && ending === null;
  if (asked.length === 0 && !isPlanned) return NOTHING;
  const given = { policy, planMode: turn?.planMode ?? false, runId, state };
  const asks = asked.map((frame): Ask => ({ id: frame.id, ...decideRequest(frame, given) }));
  return isPlanned ? [...asks, ...planAsk(turn, { runId, planPath })] : asks;
}

function steeringOf({ turn, ending, told }: CodexState): 'open' | 'soon' | 'over' {
  if (turn === null || turn.isPlanned || ending !== null || told !== null) return 'over';
  return turn.nativeId === null ? 'soon' : 'open';
}
