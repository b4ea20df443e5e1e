import type { Conclusion, Ending } from '../step.ts';
import { completed } from './outcome.ts';
import { rested, type CodexState } from './state.ts';
import { closeItems, timed } from './told.ts';

/** The server is gone: closes what it left open, and says what becomes of its message. */
export function conclude(state: CodexState, ending: Ending): Conclusion<CodexState> {
  const { turn } = state;
  const { state: closed, said } = timed(closeItems(state), ending.now);
  const outcome = outcomeOf(state, ending);
  const isGivenAgain = outcome.kind === 'again' && turn !== null && ending.isWritten;
  const unclear = isGivenAgain ? { clientId: turn.clientId, isFound: ending.isFound, isBegun: false } : null;
  return { state: { ...rested(closed), unclear }, said: said ?? [], outcome };
}

/** A message that was written may have been begun with: the next process asks its thread. */
function outcomeOf(
  { turn, ending, opening }: CodexState,
  { isFound, isAsked, isSelfDirected }: Ending,
): Conclusion<CodexState>['outcome'] {
  if (turn === null) return { kind: isSelfDirected ? 'cutOff' : 'rested' };
  const end = ending?.end ?? turn.refusal ?? (turn.isPlanned ? completed(turn) : null);
  if (end !== null)
    return {
      kind: 'ended',
      end: turn.rejection === null ? end : { ...end, outcome: 'errored', error: turn.rejection },
    };
  if (isAsked) return { kind: 'cutOff' };
  const isUnknown = turn.nativeId === null && turn.round === 0;
  if (isUnknown || opening.step === 'refused') return { kind: 'again' };
  return isFound ? { kind: 'ended', end: { outcome: 'lost' } } : { kind: 'cutOff' };
}
