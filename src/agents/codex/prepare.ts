/** Gets the server of a chat ready for a message: its thread, and the model it uses by default. */
import type { Failure } from '../../contract/chats.ts';
import type { Wanted } from '../codec.ts';
import { allIsLost, isPassing } from '../context-loss.ts';
import type { FrameOf } from '../json-rpc.ts';
import type { Moment, Preparation } from '../step.ts';
import { commandLine, findSkill } from './commands.ts';
import { isBegunIn, requestLine, resumeLine, startLine, turnLine, unseenLine, withThread } from './frames.ts';
import { signIn } from './login.ts';
import { lostRequestId, type CodexState } from './state.ts';
import type { Told } from './told.ts';

type Ready = Preparation<CodexState>;

export function prepare(state: CodexState, wanted: Wanted, moment: Moment): Ready {
  const { opening, account, resumes } = state;
  switch (opening.step) {
    case 'open':
      return finish(state, wanted, moment);
    case 'refused':
      return opening.failure === null
        ? { state, outcome: 'unfit' }
        : { state, outcome: 'refused', failure: opening.failure };
    case 'initialize':
      return { state, outcome: 'waiting' };
  }
  if (opening.isAsked || account.telling !== null) return { state, outcome: 'waiting' };
  const given = { state, policy: moment.policy };
  const ofThread = resumes === null ? startLine('thread', given) : resumeLine(RESUME, resumes.id, given);
  const line = opening.step === 'thread' ? ofThread : unseenLine('model', given);
  return { state: { ...state, opening: { ...opening, isAsked: true } }, lines: [line], outcome: 'waiting' };
}

/** Told from a beginning by its id, for whoever reads it later. */
const RESUME = 'resume';

/** The answer to what the server was asked before it can take a message; its id is the step. */
export function hearOpening(
  state: CodexState,
  answer: FrameOf<'response'>,
  { now }: Pick<Moment, 'now'>,
): Told {
  const { opening } = state;
  if (opening.step !== (answer.id === RESUME ? 'thread' : answer.id)) return { state };
  switch (opening.step) {
    case 'initialize':
      return signIn(at(state, 'thread'), now);
    case 'thread':
      return { state: hearThread(state, answer) };
    case 'model':
      return { state: hearModel(state, answer) };
    default:
      return { state };
  }
}

function hearThread(state: CodexState, { id, result, refusal }: FrameOf<'response'>): CodexState {
  const { resumes } = state;
  const isNew = id !== RESUME;
  if (refusal === null) {
    const opened = withThread(state, result, isNew);
    if (opened.threadId === null) return refuse(state, 'it opened no thread');
    if (isNew) return at(opened, 'open');
    const unclear = state.unclear && { ...state.unclear, isBegun: isBegunIn(result, state.unclear) };
    return at({ ...opened, unclear, notice: resumes?.notice ?? null }, 'model');
  }
  if (isNew || isPassing(refusal.message)) return refuse(state, refusal.message);
  const notice = resumes?.wasUsed === true ? allIsLost(refusal.message) : null;
  return at({ ...state, resumes: null, notice }, 'thread');
}

function hearModel(state: CodexState, { result, refusal }: FrameOf<'response'>): CodexState {
  if (refusal !== null) return refuse(state, refusal.message);
  const { model } = withThread(state, result, true);
  return at({ ...state, model }, 'open');
}

function at(state: CodexState, step: 'thread' | 'model' | 'open'): CodexState {
  return { ...state, opening: step === 'open' ? { step } : { step, isAsked: false } };
}

function refuse(state: CodexState, reason: string): CodexState {
  const failure = { code: 'agent_error', message: `Codex cannot be used: ${reason}` };
  return { ...state, opening: { step: 'refused', failure } };
}

const BEGUN: Failure = { code: 'agent_exited', message: 'Codex ended when it had begun with this message.' };

/** The message itself is not written here. One that the agent had begun with is not given to it again: its turn is lost. */
function finish(state: CodexState, wanted: Wanted, moment: Moment): Ready {
  const { message } = wanted;
  const { threadId, model, isNew, notice, unclear, account } = state;
  if (threadId === null) throw new Error('the server opened no thread');
  const ready = { state, outcome: 'ready' as const, sessionId: threadId, isNew, notice };
  if (unclear?.clientId === message.turnId && unclear.isBegun) {
    if (!unclear.isFound) return { state: { ...state, unclear: null }, outcome: 'failed', failure: BEGUN };
    const line = requestLine(lostRequestId(message.turnId), 'thread/loaded/list', {});
    return { ...ready, line, note: { isLost: true } };
  }
  const note = { isEphemeral: account.isEphemeral };
  const asked = commandLine(state, wanted, moment);
  if (asked !== null) return { ...ready, line: asked.line, note: { ...note, command: asked.command } };
  const found = findSkill(state, wanted);
  if (found.outcome !== 'told') return found;
  const line = turnLine(wanted, { threadId, model, policy: moment.policy, skill: found.offer });
  return { ...ready, state: found.state, line, note };
}
