/** A message that the model refuses for what it holds would have every later one refused: it is taken out of its thread. */
import type { Policy } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import { allIsLost, lossOf } from '../context-loss.ts';
import type { FrameOf } from './protocol.ts';
import type { CodexState, TurnProgress } from './state.ts';
import { forkLine, startLine, turnsIn, turnsLine, withThread } from './threads.ts';
import type { Told } from './told.ts';

const LIST = 'taking-out-list';
const FORK = 'taking-out-fork';
const START = 'taking-out-start';

const IMAGE = /\binvalid image\b/i;
const TAKEN_OUT =
  'The model refused this message, so it was taken out of the conversation: the agent does not know it.';

/** The model was asked with the message, and refused that before it did anything. */
export function isInputRefused({ isLarge, isServed }: TurnProgress, { error }: TurnEnd): boolean {
  return error?.code === 'invalid_request' && !isServed && (isLarge || IMAGE.test(error.message));
}

/** The thread is forked before the message. An image that came with an earlier one may be anywhere. */
export function takeOut(state: CodexState, policy: Policy): Told {
  if (state.turn?.isLarge === true)
    return ask(state, { id: LIST, notice: TAKEN_OUT, line: turnsLine(LIST, state) });
  return beginAnew(state, allIsLost('it holds an image that the model refuses'), policy);
}

export function hearTakenOut(
  state: CodexState,
  { id, result, refusal }: FrameOf<'response'>,
  policy: Policy,
): Told {
  const { turn, ending } = state;
  if (ending === null) return { state };
  const isOver = { ...state, ending: { ...ending, awaited: [] } };
  if (id === LIST) {
    const turns = turnsIn(result);
    const index = turns.findIndex(({ clientIds }) => turn !== null && clientIds.includes(turn.clientId));
    const before = turns[index + 1];
    if (index === -1) return beginAnew(state, allIsLost(refusal ?? 'the message is not found in it'), policy);
    if (before === undefined) return beginAnew(state, TAKEN_OUT, policy);
    return ask(state, { id: FORK, notice: TAKEN_OUT, line: forkLine(FORK, before.id, { state, policy }) });
  }
  if (refusal !== null) return id === FORK ? beginAnew(state, allIsLost(refusal), policy) : { state: isOver };
  const opened = withThread(isOver, result, id === START);
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
