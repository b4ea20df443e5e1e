/** Our commands as lines of the protocol. */
import { z } from 'zod';
import type { ProtocolCommand } from '../codec.ts';
import type { Moment, Step } from '../step.ts';
import { answerLine, cancelledLine } from './decide.ts';
import { cancelLine, pingLine } from './frames.ts';
import type { Block } from './protocol.ts';
import { flush } from './speech.ts';
import { PING_ID, withTurn, type AcpState } from './state.ts';

export function lines(
  state: AcpState,
  command: ProtocolCommand,
  { now }: Pick<Moment, 'now'>,
): Step<AcpState> {
  switch (command.type) {
    case 'give': {
      const { message, line } = command;
      return { state: withTurn(state, { turnId: message.turnId, prompt: promptIn(line) }) };
    }
    case 'interrupt':
      return cancel(state);
    case 'answer':
      return { state, lines: [answerLine(command.id, command.request, command.answer)] };
    case 'settled':
      return { state: { ...state, asked: state.asked.filter(({ id }) => id !== command.id) } };
    case 'ping':
      return { state, lines: [pingLine(`${PING_ID}-${now.getTime()}`)] };
    case 'elapsed':
      return silence(state);
    default:
      return { state };
  }
}

/** Whoever waits for an answer of ours is told that the turn is cancelled. */
function cancel(state: AcpState): Step<AcpState> {
  if (state.sessionId === null) return { state };
  const cancelled = state.asked.map((request) => cancelledLine(request));
  return { state: { ...state, asked: [] }, lines: [cancelLine(state.sessionId), ...cancelled] };
}

/** What the agent says between turns is told when it falls silent. */
function silence(state: AcpState): Step<AcpState> {
  if (state.turn !== null) return { state };
  return flush(state);
}

const PromptSchema = z.looseObject({
  params: z.looseObject({ prompt: z.array(z.looseObject({ type: z.string() })) }),
});

/** What the user says with a line, without the data of pictures. */
export function promptIn(line: string): Block[] {
  const { params } = PromptSchema.parse(JSON.parse(line));
  return params.prompt.map((block) => {
    const { data: _, ...rest } = block;
    return block.type === 'image' ? rest : block;
  });
}
