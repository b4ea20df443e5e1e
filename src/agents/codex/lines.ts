/** Our commands as lines of the protocol, and what is known once they are written. */
import type { Policy } from '../../contract/chats.ts';
import type { Found, ProtocolCommand } from '../codec.ts';
import { steerIdOf, type RequestId } from '../json-rpc.ts';
import type { Moment } from '../step.ts';
import { clearing } from './commands.ts';
import { decidePlan, giveUpWaiting, goFurther, interrupt } from './ending.ts';
import { requestLine, resumeLine, settingsIn, steerLine, textIn } from './frames.ts';
import { changeLogin, hearVerdict, withAccount } from './login.ts';
import { answerLine } from './requests.ts';
import { enterRound, roundOfRequest } from './rounds.ts';
import { lostRequestId, withTurn, type CodexState } from './state.ts';
import { stopTask } from './tasks.ts';
import { andThen, type Told } from './told.ts';
import { PING, REJOIN } from './translate.ts';

type Circumstances = Pick<Moment, 'now' | 'policy'>;

export function lines(state: CodexState, command: ProtocolCommand, moment: Circumstances): Told {
  return andThen(say(state, command, moment), (next) => goFurther(next, moment.policy));
}

function say(state: CodexState, command: ProtocolCommand, { now, policy }: Circumstances): Told {
  switch (command.type) {
    case 'greet':
      return greet(state, policy);
    case 'give':
      return { state: given(state, command) };
    case 'steer':
      return steer(state, command);
    case 'interrupt':
      return interrupt(state, policy);
    case 'answer': {
      const { id, request, answer } = command;
      if (request.kind === 'plan') return decidePlan(state, command, { policy });
      return { state, lines: [answerLine(id, request, answer)] };
    }
    case 'settled':
      return { state: settle(state, command.id) };
    case 'stopTask':
      return stopTask(state, command.taskId);
    case 'ping':
      return { state, lines: [requestLine(`${PING}${now.getTime()}`, 'thread/loaded/list', {})] };
    case 'login':
      return hearVerdict(state, command, now);
    case 'loginChanged':
      return changeLogin(state, command.login, now);
    case 'elapsed':
      return giveUpWaiting(state);
    case 'leave':
      return { state };
  }
}

/** A message that was given, also by an earlier engine. */
export function given(
  state: CodexState,
  { message, delivery, line }: NonNullable<Found['turn']>,
): CodexState {
  const { turnId: clientId, planMode, goalMode, content } = message;
  const { note } = delivery;
  const isLarge = content.kind === 'file';
  const goal = goalMode ? { objective: textIn(line), status: 'wanted' as const } : null;
  const settings = settingsIn(line);
  const isCompaction = note['command'] === 'compact';
  const begun = withTurn(state, { clientId, planMode, isLarge, isCompaction, goal, settings });
  if (note['command'] === 'clear') return { ...begun, ending: clearing() };
  if (note['isLost'] !== true) return begun;
  const awaited = [lostRequestId(clientId)];
  return { ...begun, ending: { end: { outcome: 'lost' }, awaited, notice: null } };
}

/** A server that rests opens its thread once more, so that it repeats what it waits for. A refusal that was seen is reported. */
function greet(state: CodexState, policy: Policy): Told {
  const { threadId, turn, account, opening } = state;
  if (opening.step === 'refused')
    return { state: { ...state, isRejoining: false }, isReplaced: turn !== null };
  const isLoginRefused =
    account.waiting.length > 0 || turn?.isLoginRejected === true || turn?.refusal != null;
  const seen = withAccount(state, { isReported: isLoginRefused });
  if (turn !== null) return { state: seen, isLoginRefused };
  if (threadId === null) return { state: { ...seen, isRejoining: false } };
  return { state: seen, lines: [resumeLine(REJOIN, threadId, { state, policy })], isLoginRefused };
}

function steer(state: CodexState, { message, text }: Extract<ProtocolCommand, { type: 'steer' }>): Told {
  const { threadId, turn, steers } = state;
  const { messageId, turnId: clientUserMessageId } = message;
  const expectedTurnId = turn?.nativeId ?? null;
  if (threadId === null || expectedTurnId === null)
    return { state, steered: [{ messageId, isTaken: false }] };
  const id = steerIdOf(message);
  const others = steers.filter((one) => one.id !== id);
  const lines = [steerLine(id, text, { threadId, expectedTurnId, clientUserMessageId })];
  return { state: { ...state, steers: [...others, { id, messageId }] }, lines };
}

/** A request is answered; an earlier engine may have begun a round by that. */
function settle(state: CodexState, id: RequestId): CodexState {
  const round = roundOfRequest(state, id);
  const entered = round === null ? state : enterRound(state, round);
  const waiting = entered.account.waiting.filter((one) => one !== id);
  const asked = entered.asked.filter((request) => request.id !== id);
  return withAccount({ ...entered, asked }, { waiting });
}
