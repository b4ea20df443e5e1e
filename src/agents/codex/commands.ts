/** Messages that are commands: what stands behind each in the protocol, and what is told of it. */
import type { TurnEnd } from '../../contract/facts.ts';
import type { Wanted } from '../codec.ts';
import { CLEARED } from '../context-loss.ts';
import { whenAnswered, type Inquiry } from '../inquiry.ts';
import { turnRequestId, type FrameOf } from '../json-rpc.ts';
import type { Moment } from '../step.ts';
import { requestLine, startLine } from './frames.ts';
import { skillsIn, skillsLine, type Skill } from './inquiry.ts';
import { eventMessage } from './items.ts';
import { COMPLETED } from './outcome.ts';
import type { CodexState, TurnEnding } from './state.ts';
import { leaveTasks } from './tasks.ts';
import type { Told } from './told.ts';

const CLEAR = 'clear';

/** The line of a message that asks for nothing but that; null for any other. */
export function commandLine(state: CodexState, { message, text, images }: Wanted, { policy }: Moment) {
  if (message.goalMode || images.length > 0) return null;
  const { turnId } = message;
  const { threadId } = state;
  switch (text.trim()) {
    case '/compact':
      return {
        line: requestLine(turnRequestId(turnId), 'thread/compact/start', { threadId }),
        command: 'compact',
      };
    case '/clear':
      return { line: startLine(CLEAR, { state, policy }), command: 'clear' };
    default:
      return null;
  }
}

/** The skill that a message begins with. It may have been written since the last one. */
export function findSkill(
  state: CodexState,
  { message, text }: Wanted,
): Inquiry<CodexState, Skill | undefined> {
  const [, name] = /^\/(\S+)/.exec(text) ?? [];
  if (name === undefined || message.goalMode) return { state, outcome: 'told', offer: undefined };
  const question = `skills-${message.turnId}`;
  const toLine = (id: string) => skillsLine(id, state);
  return whenAnswered(state, { [question]: toLine }, ({ [question]: answer }) => ({
    offer: skillsIn(answer).find((skill) => skill.name === name),
  }));
}

/** What the message shows of itself, where Codex does not repeat it. */
export function saidCommand(command: string) {
  return eventMessage('user_message', { message: `/${command}` });
}

/** Until there is another thread. */
export function clearing(): TurnEnding {
  return { end: notCleared('Codex did not say why'), awaited: [CLEAR], notice: CLEARED };
}

function notCleared(reason: string): TurnEnd {
  const message = `The conversation could not be cleared: ${reason}.`;
  return { outcome: 'errored', error: { code: 'agent_error', message } };
}

/** The answer to the beginning of another thread: what the one before it runs is ended. */
export function hearCleared(
  state: CodexState,
  { id, refusal }: FrameOf<'response'>,
  { now }: Pick<Moment, 'now'>,
): Told {
  const { ending } = state;
  if (id !== CLEAR || ending === null) return { state };
  const said = [saidCommand(CLEAR)];
  if (refusal !== null)
    return { state: { ...state, ending: { ...ending, end: notCleared(refusal.message) } }, said };
  return { ...leaveTasks({ ...state, ending: { ...ending, end: COMPLETED } }, now), said };
}
