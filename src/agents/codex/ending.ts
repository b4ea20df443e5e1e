/** From the end of a turn of Codex to the end of the message's turn: what is still to be done, answered, or closed. */
import type { Policy } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import type { ProtocolCommand } from '../codec.ts';
import { allIsLost, lossOf } from '../context-loss.ts';
import type { FrameOf } from '../json-rpc.ts';
import type { Ask, Moment } from '../step.ts';
import { requestLine, startLine, withThread } from './frames.ts';
import { dropGoal, isOver, setGoal } from './goal.ts';
import { LOGIN_REQUIRED, report } from './login.ts';
import { COMPLETED } from './outcome.ts';
import { goOn, roundId } from './rounds.ts';
import { activeTurns, isAtRest, type CodexState, type TurnProgress } from './state.ts';
import { endCommands } from './tasks.ts';
import { andThen, closeItems, type Told } from './told.ts';

/** The end of the last turn of the message: told at once, unless something has to be done before. */
export function finishTurn(state: CodexState, end: TurnEnd, policy: Policy): Told {
  const { turn } = state;
  if (turn === null || state.ending !== null) return { state };
  const { awaited, ...dropped } = dropGoal(state);
  const over = { ...dropped.state, ending: { end, awaited, notice: null } };
  return andThen({ ...dropped, state: over }, (next) => windUp(next, { turn, end, policy }));
}

function windUp(
  over: CodexState,
  { turn, end, policy }: { turn: TurnProgress; end: TurnEnd; policy: Policy },
): Told {
  if (isInputRefused(turn, end)) return takeOut(over, turn, policy);
  return over.told !== null || end.outcome === 'interrupted' ? cleanUp(over) : { state: over };
}

export function interrupt(state: CodexState, policy: Policy): Told {
  const { turn, told } = state;
  const interrupted = { ...state, told: told ?? [] };
  if (turn === null || !isOver(turn)) {
    const { awaited: _, ...dropped } = dropGoal(interrupted);
    return dropped;
  }
  return finishTurn(interrupted, { outcome: 'interrupted' }, policy);
}

/** What follows from how things stand, whatever came last. */
export function goFurther(state: CodexState, policy: Policy): Told {
  return andThen(andThen(andThen(heal(state, policy), setGoal), tellToEnd), settle);
}

/** The answer to something that the end of the turn waits for. */
export function hearAwaited(
  state: CodexState,
  answer: FrameOf<'response'>,
  { policy }: Pick<Moment, 'policy'>,
): Told {
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

/** An interrupt leaves the commands of a turn running: they are ended after it, and those of earlier turns go on. */
function cleanUp(state: CodexState): Told {
  const { threadId, children, ending } = state;
  if (ending === null) return { state };
  const ends = endCommands(state, [...(threadId === null ? [] : [threadId]), ...Object.keys(children)]);
  const awaited = [...ending.awaited, ...ends.map(({ id }) => id)];
  return { state: { ...state, ending: { ...ending, awaited } }, lines: ends.map(({ line }) => line) };
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
  const { verdict, telling } = state.account;
  if (verdict === null || telling !== null) return { state };
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

const REVERT = 'taking-out-revert';
const START = 'taking-out-start';

const IMAGE = /\binvalid image\b/i;
const TAKEN_OUT =
  'The model refused this message, so it was taken out of the conversation: the agent does not know it.';

/** The model was asked with the message, and refused that before it did anything. */
function isInputRefused({ isLarge, isServed }: TurnProgress, { error }: TurnEnd): boolean {
  return error?.code === 'invalid_request' && !isServed && (isLarge || IMAGE.test(error.message));
}

/** The thread goes back to before the message. An image that came with an earlier one may be anywhere. */
function takeOut(state: CodexState, { isLarge, nativeId }: TurnProgress, policy: Policy): Told {
  if (!isLarge) return beginAnew(state, allIsLost('it holds an image that the model refuses'), policy);
  const params = { threadId: state.threadId, beforeTurnId: nativeId };
  return ask(state, { id: REVERT, notice: TAKEN_OUT, line: requestLine(REVERT, 'thread/revert', params) });
}

function hearTakenOut(state: CodexState, { id, result, refusal }: FrameOf<'response'>, policy: Policy): Told {
  const { ending } = state;
  if (ending === null) return { state };
  const isOver = { ...state, ending: { ...ending, awaited: [] } };
  if (refusal !== null)
    return id === REVERT ? beginAnew(state, allIsLost(refusal.message), policy) : { state: isOver };
  const opened = id === REVERT ? isOver : withThread(isOver, result, true);
  return { state: opened, said: [lossOf(opened.threadId, ending.notice ?? '')] };
}

function beginAnew(state: CodexState, notice: string, policy: Policy): Told {
  return ask(state, { id: START, notice, line: startLine(START, { state, policy }) });
}

function ask(state: CodexState, { id, notice, line }: { id: string; notice: string; line: string }): Told {
  const { ending } = state;
  if (ending === null) return { state };
  return { state: { ...state, ending: { ...ending, awaited: [id], notice } }, lines: [line] };
}

export function planAsk(turn: TurnProgress, planPath: (file: string) => string): Ask[] {
  if (!turn.isPlanned || turn.plan === null) return [];
  const { text: plan, file } = turn.plan;
  const id = `plan-${roundId(turn.clientId, turn)}`;
  const input = { plan, planFilePath: planPath(file) };
  return [{ id, kind: 'ask', asking: { kind: 'plan', tool: 'proposed_plan', input, plan } }];
}

/** Carries the plan out, revises it, or ends the turn when there is nothing more to say. */
export function decidePlan(
  state: CodexState,
  { answer, unanswered }: Extract<ProtocolCommand, { type: 'answer' }>,
  { policy }: Pick<Moment, 'policy'>,
): Told {
  const { turn } = state;
  if (turn?.isPlanned !== true) return { state };
  const { decision, message, plan } = answer;
  const planMode = decision === 'deny';
  if (unanswered !== undefined || (planMode && !message)) return finishTurn(state, COMPLETED, policy);
  const edited =
    !planMode && plan !== undefined && turn.plan !== null ? { plan: { ...turn.plan, text: plan } } : {};
  const text = planMode ? (message ?? '') : goAhead({ message, plan });
  return { ...goOn(state, { planMode, text, policy }), ...edited };
}

function goAhead({ message, plan }: { message: string | undefined; plan: string | undefined }): string {
  const go = plan === undefined ? 'Implement the plan.' : `Implement the plan, which was edited:\n\n${plan}`;
  return message ? `${go}\n\n${message}` : go;
}

/** The name under which the plan of a message is kept: readable, and its own. */
export function planFileName(plan: string, clientId: string): string {
  const title = plan.split('\n').find((line) => /[\p{L}\p{N}]/u.test(line)) ?? '';
  const words = title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-');
  const slug = words
    .slice(0, 50)
    .toWellFormed()
    .replaceAll(/^-+|-+$/g, '');
  return `${slug === '' ? 'plan' : slug}-${clientId.slice(0, 8)}.md`;
}
