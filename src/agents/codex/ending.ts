/** From the end of a turn of Codex to the end of the message's turn: what is still to be done, answered, or closed. */
import type { Policy } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import { requestLine } from './frames.ts';
import { LOGIN_REQUIRED, report } from './login.ts';
import { completed } from './outcome.ts';
import type { FrameOf } from './protocol.ts';
import { goOn } from './rounds.ts';
import { activeTurns, isAtRest, isOver, type CodexState, type TurnProgress } from './state.ts';
import { hearTakenOut, isInputRefused, takeOut } from './taking-out.ts';
import { andThen, closeItems, type Told } from './told.ts';

/** The end of the last turn of the message: told at once, unless something has to be done before. */
export function finishTurn(state: CodexState, end: TurnEnd, policy: Policy): Told {
  const { turn } = state;
  if (turn === null || state.ending !== null) return { state };
  const over = { ...state, ending: { end, awaited: [], notice: null } };
  if (isInputRefused(turn, end)) return takeOut(over, policy);
  return state.told !== null || end.outcome === 'interrupted' ? cleanUp(over) : { state: over };
}

/** What is said to end what goes on. */
export function interrupt(state: CodexState, policy: Policy): Told {
  const { turn, told } = state;
  const interrupted = { ...state, told: told ?? [] };
  if (turn === null || !isOver(turn)) return { state: interrupted };
  return finishTurn(interrupted, { ...completed(turn), outcome: 'interrupted' }, policy);
}

/** What follows from how things stand, whatever came last. */
export function goFurther(state: CodexState, policy: Policy): Told {
  return andThen(andThen(heal(state, policy), tellToEnd), settle);
}

/** The answer to something that the end of the turn waits for. */
export function hearAwaited(state: CodexState, answer: FrameOf<'response'>, policy: Policy): Told {
  const { ending } = state;
  if (ending === null || !ending.awaited.includes(String(answer.id))) return { state };
  if (ending.notice !== null) return hearTakenOut(state, answer, policy);
  const awaited = ending.awaited.filter((id) => id !== answer.id);
  return { state: { ...state, ending: { ...ending, awaited } } };
}

/** What has no answer by now has none to come. */
export function giveUpWaiting(state: CodexState): Told {
  const { ending, turn, threadId, steers } = state;
  if (ending === null) return { state };
  const closed = closeItems(state, threadId ?? undefined);
  const steered = steers.map(({ messageId }) => ({ messageId, isTaken: false }));
  const next = { ...closed.state, turn: null, ending: null, told: null, steers: [] };
  if (ending.end === null || turn === null) return { ...closed, state: next, steered };
  const error = turn.rejection;
  const end = error === null ? ending.end : { ...ending.end, outcome: 'errored' as const, error };
  return { ...closed, state: next, steered, end };
}

/** How long the end of a turn waits for the next answer. */
export function patienceOf({ ending }: CodexState): number | null {
  if (ending === null) return null;
  return ending.notice === null ? 2_000 : 10_000;
}

function settle(state: CodexState): Told {
  const { ending, steers } = state;
  const isWaiting = ending === null || ending.awaited.length > 0 || steers.length > 0;
  return isWaiting ? { state } : giveUpWaiting(state);
}

/** Each turn that goes on is told to end, once: one may begin after the interrupt. */
function tellToEnd(state: CodexState): Told {
  const { told, ending } = state;
  if (told === null) return { state };
  const untold = activeTurns(state).filter(({ turnId }) => !told.includes(turnId));
  const lines = untold.map((turn) => requestLine(`interrupt-${turn.turnId}`, 'turn/interrupt', turn));
  const next = { ...state, told: [...told, ...untold.map(({ turnId }) => turnId)] };
  if (ending !== null || !isAtRest(state)) return { state: next, lines };
  return cleanUp({ ...next, ending: { end: null, awaited: [], notice: null } });
}

/** An interrupt leaves the commands of a turn running: they are ended after it. */
function cleanUp(state: CodexState): Told {
  const { threadId, children, ending } = state;
  if (ending === null) return { state };
  const threads = [...(threadId === null ? [] : [threadId]), ...Object.keys(children)];
  const awaited = threads.map((id) => `clean-${id}`);
  const lines = threads.map((id) =>
    requestLine(`clean-${id}`, 'thread/backgroundTerminals/clean', { threadId: id }),
  );
  return { state: { ...state, ending: { ...ending, awaited } }, lines };
}

/** The login was refused: Codex tries again by itself, the turn is carried on, or it ends. */
function heal(state: CodexState, policy: Policy): Told {
  const { turn, ending } = state;
  if (turn === null || ending !== null || turn.rejection !== null) return { state };
  if (!turn.isLoginRejected && turn.refusal === null) return { state };
  const reported = { ...turn, isReported: true };
  const told = turn.isReported ? { state } : report({ ...state, turn: reported });
  return andThen(told, (next) => actOnVerdict(next, reported, policy));
}

function actOnVerdict(state: CodexState, turn: TurnProgress, policy: Policy): Told {
  const { verdict } = state.account;
  if (verdict === null) return { state };
  const isRenewed = verdict === 'renewed';
  if (isRenewed && turn.refusal === null) return { state };
  // Not twice, unless the model answered in between.
  if (isRenewed && (!turn.isCarriedOn || turn.isServed)) {
    return goOn(state, { planMode: turn.planMode, text: '', policy });
  }
  const rejected = { ...state, turn: { ...turn, rejection: LOGIN_REQUIRED } };
  if (turn.refusal !== null) return finishTurn(rejected, turn.refusal, policy);
  return { state: { ...rejected, told: state.told ?? [] } };
}
