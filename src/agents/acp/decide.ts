/** What the state of an ACP agent means in the words of the process machine. */
import type { Ask, Circumstances, Standing } from '../step.ts';
import { decide as decideRequest } from './requests.ts';
import { isPlanning, type AcpState } from './state.ts';

/** Between turns nothing says where a message ends: it is taken as whole when nothing follows for so long. */
const SILENCE_MS = 1_000;

const NOTHING: readonly Ask[] = [];

/** The protocol has no word for an agent that works by itself: what is asked between turns is such work, until it is answered. */
export function decide(state: AcpState, circumstances: Circumstances): Standing {
  const { sessionId, openTools, turn, speech, asked } = state;
  const asks = asked.length === 0 ? NOTHING : asksOf(state, circumstances);
  const isAsking = asks.some(({ kind }) => kind === 'ask');
  return {
    activity: turn !== null || isAsking ? 'working' : 'resting',
    selfDirected: turn === null ? isAsking : null,
    sessionId,
    openTools: openTools.length,
    toolsOpenedSince: openTools.length === 0 ? null : Math.min(...openTools.map(({ openedAt }) => openedAt)),
    asks,
    ...(turn === null && speech !== null ? { waitsMs: SILENCE_MS } : {}),
  };
}

function asksOf(state: AcpState, { policy, runId, isInterrupted }: Circumstances): Ask[] {
  const given = { policy, runId, isCancelled: isInterrupted, isPlanning: isPlanning(state) };
  return state.asked.map((frame) => ({ id: frame.id, ...decideRequest(frame, given) }));
}
