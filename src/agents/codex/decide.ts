/** What the state of Codex means in the words of the process machine. */
import type { Ask, Circumstances, Conclusion, Ending, Standing } from '../step.ts';
import { isOpen } from '../../../machines/chat.tasks.ts';
import { patienceOf, planAsk } from './ending.ts';
import { isBetweenTurns } from './goal.ts';
import { COMPLETED } from './outcome.ts';
import { decide as decideRequest } from './requests.ts';
import { activeTurns, rested, type CodexState } from './state.ts';
import { closeItems, openTools, toolsOpenedSince } from './told.ts';

const NOTHING: readonly Ask[] = [];

export function decide(
  state: CodexState,
  circumstances: Circumstances,
  planPath: (file: string) => string,
): Standing {
  const { turn, ending, threadId, rollout, isRejoining, tasks } = state;
  const isBusy = activeTurns(state).length > 0 || ending !== null;
  const waitsMs = patienceOf(state);
  return {
    activity: isRejoining ? 'unknown' : turn !== null || isBusy || tasks.some(isOpen) ? 'working' : 'resting',
    selfDirected: turn !== null || isRejoining ? null : isBusy,
    sessionId: threadId,
    sessionFile: rollout,
    openTools: openTools(state).length,
    tasks,
    toolsOpenedSince: toolsOpenedSince(state),
    asks: asksOf(state, circumstances, planPath),
    steering: steeringOf(state),
    ...(waitsMs === null ? {} : { waitsMs }),
  };
}

function asksOf(
  state: CodexState,
  { policy }: Circumstances,
  planPath: (file: string) => string,
): readonly Ask[] {
  const { turn, asked, ending } = state;
  const isPlanned = turn?.isPlanned === true && ending === null;
  if (asked.length === 0 && !isPlanned) return NOTHING;
  const given = { policy, planMode: turn?.planMode ?? false, state };
  const asks = asked.map((frame): Ask => ({ id: frame.id, ...decideRequest(frame, given) }));
  return isPlanned ? [...asks, ...planAsk(turn, planPath)] : asks;
}

function steeringOf({ turn, ending, told }: CodexState): 'open' | 'soon' | 'over' {
  if (turn === null || turn.isPlanned || turn.isCompaction || ending !== null || told !== null) return 'over';
  return turn.nativeId === null ? 'soon' : 'open';
}

/** The server is gone: closes what it left open, and says what becomes of its message. */
export function conclude(state: CodexState, ending: Ending): Conclusion<CodexState> {
  const { turn } = state;
  const { state: closed, said } = closeItems(state);
  const outcome = outcomeOf(state, ending);
  const isGivenAgain = outcome.kind === 'again' && turn !== null && ending.isWritten;
  const unclear = isGivenAgain ? { clientId: turn.clientId, isFound: ending.isFound, isBegun: false } : null;
  return { state: { ...rested(closed), unclear }, said: said ?? [], outcome };
}

/** Below 0.168.0 servers that begin a new `.codex` together get in each other's way. */
const STATE_IS_TAKEN = /\bsqlite\b|database is locked/i;

/** A message that was written may have been begun with: the next process asks its thread. */
function outcomeOf(
  { turn, ending, opening }: CodexState,
  { isFound, isAsked, isSelfDirected, complaint }: Ending,
): Conclusion<CodexState>['outcome'] {
  if (opening.step === 'initialize' && STATE_IS_TAKEN.test(complaint)) return { kind: 'again' };
  if (turn === null) return { kind: isSelfDirected ? 'cutOff' : 'rested' };
  const end = ending?.end ?? turn.refusal ?? (turn.isPlanned ? COMPLETED : null);
  if (end !== null)
    return {
      kind: 'ended',
      end: turn.rejection === null ? end : { ...end, outcome: 'errored', error: turn.rejection },
    };
  if (isAsked) return { kind: 'cutOff' };
  const isUnknown = turn.nativeId === null && turn.round === 0 && !isBetweenTurns(turn);
  if (isUnknown || opening.step === 'refused') return { kind: 'again' };
  return isFound ? { kind: 'ended', end: { outcome: 'lost' } } : { kind: 'cutOff' };
}
