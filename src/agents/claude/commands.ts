/** Our commands as lines, and what is known once they are written. */
import type { ProtocolCommand } from '../codec.ts';
import type { Moment, Step } from '../step.ts';
import { heal, isHeldBack } from './decide.ts';
import { interruptLine, requestLine } from './lines.ts';
import { NoteSchema } from './prepare.ts';
import { answerLine } from './requests.ts';
import { pendingEnd, withTurn, type ClaudeState } from './state.ts';

export function lines(state: ClaudeState, command: ProtocolCommand, moment: Moment): Step<ClaudeState> {
  const id = `${moment.runId}-${moment.now.getTime()}`;
  switch (command.type) {
    case 'greet':
      return greet(state, { id: `${id}-hello`, moment });
    case 'give':
      return { state: give(state, command) };
    case 'interrupt':
      return isHeldBack(state) ? endWith(state) : { state, lines: [interruptLine(`${id}-interrupt`)] };
    case 'answer':
      return { state, lines: [answerLine(String(command.id), command.request, command.answer)] };
    case 'settled':
      return { state: { ...state, asks: state.asks.filter(({ request_id: id }) => id !== command.id) } };
    case 'stopTask':
      return { state, lines: [requestLine(`${id}-stop`, { subtype: 'stop_task', task_id: command.taskId })] };
    case 'ping':
      return { state, lines: [requestLine(`${id}-ping`, { subtype: 'get_binary_version' })] };
    case 'leave':
      return { state, lines: [requestLine(`${id}-end`, { subtype: 'end_session' })] };
    case 'login':
      return heal({ ...state, login: { outcome: command.outcome, isOutdated: command.isOutdated } }, moment);
    case 'elapsed':
      return endInSilence(state);
    default:
      return { state };
  }
}

/** A refusal that an earlier engine was told of is told again: nobody knows what came of it. */
function greet(state: ClaudeState, { id, moment }: { id: string; moment: Moment }): Step<ClaudeState> {
  const step = heal({ ...state, greeting: id, login: null }, moment);
  return { ...step, lines: [requestLine(id, { subtype: 'initialize' })] };
}

function give(
  state: ClaudeState,
  { message, delivery }: Extract<ProtocolCommand, { type: 'give' }>,
): ClaudeState {
  const { start, carriesOn } = NoteSchema.parse(delivery.note);
  return withTurn(state, { uuid: message.turnId, isWarm: start === 'none', isCarriedOn: carriesOn });
}

/** The turn that waits for a login is over as soon as nobody wants it any more. */
function endWith(state: ClaudeState): Step<ClaudeState> {
  return { state: { ...state, turn: null }, end: { outcome: 'interrupted' } };
}

function endInSilence(state: ClaudeState): Step<ClaudeState> {
  const end = pendingEnd(state);
  if (end === null || isHeldBack(state)) return { state };
  return { state: { ...state, turn: null }, end };
}
