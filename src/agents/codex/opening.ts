/** The thread of a chat in its server: begun, resumed, or begun anew in the place of one that cannot be. */
import type { Policy } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import type { QueuedMessage } from '../../contract/records.ts';
import type { AgentContext } from '../agent-context.ts';
import { allIsLost, isPassing } from '../context-loss.ts';
import { CodexRefusal } from './failures.ts';
import { approvalPolicyOf } from './lines.ts';
import type { CodexProcess } from './process.ts';
import { ThreadResultSchema, ThreadTurnsSchema } from './protocol.ts';
import type { TurnProgress } from './state.ts';

export interface ThreadOptions {
  context: AgentContext;
  process: CodexProcess;
  policy: Policy;
}

/** A thread that the server has open. */
export interface OpenThread {
  threadId: string;
  /** It is begun now. */
  isNew: boolean;
  /** The file that it is kept in; null when that is not told. */
  rollout: string | null;
  /** What it uses when a message asks for nothing else. */
  model: string;
  /** To be told to the user. */
  notice: string | null;
}

export async function startThread(options: ThreadOptions): Promise<OpenThread> {
  const developerInstructions = options.context.systemPrompt?.();
  const given = developerInstructions === undefined ? {} : { developerInstructions };
  const result = await options.process.request('thread/start', { ...settingsOf(options), ...given });
  const { thread, model } = ThreadResultSchema.parse(result);
  return { threadId: thread.id, isNew: true, rollout: thread.path ?? null, model, notice: null };
}

/** Settings are passed again: Codex does not keep them. A thread that it cannot resume is begun anew, saying so. */
export async function resumeThread(threadId: string, options: ThreadOptions): Promise<OpenThread> {
  try {
    const resumed = { threadId, excludeTurns: true, ...settingsOf(options) };
    const result = await options.process.request('thread/resume', resumed);
    const rollout = ThreadResultSchema.parse(result).thread.path ?? null;
    return { threadId, isNew: false, rollout, model: await defaultModel(options), notice: null };
  } catch (error) {
    if (!(error instanceof CodexRefusal) || isPassing(error.message)) throw error;
    return beginAnew(error.message, options);
  }
}

/** A thread in the place of one that cannot be resumed. */
export async function beginAnew(reason: string, options: ThreadOptions): Promise<OpenThread> {
  return { ...(await startThread(options)), notice: allIsLost(reason) };
}

/** Whether Codex has ever begun to work on the message; its thread has to be open. */
export async function isKnownToThread(
  { clientId, threadId }: { clientId: string; threadId: string },
  process: CodexProcess,
): Promise<boolean> {
  const turns = await turnsOf(threadId, process);
  return turns.some(({ items }) => items.some((item) => item.clientId === clientId));
}

/** The model was asked with the message, and refused that for what it holds before it did anything. */
export function isInputRefused(
  { content }: QueuedMessage,
  turn: TurnProgress | null,
  { error }: TurnEnd,
): boolean {
  if (error?.code !== 'invalid_request' || turn?.isServed === true) return false;
  return content.kind === 'file' || IMAGE.test(error.message);
}

/**
 * The thread without a message that the model refuses: every later one would be refused with it. It is forked before it;
 * `notice` tells what else is not in it.
 */
export async function threadWithout(
  { turnId, content }: QueuedMessage,
  threadId: string,
  options: ThreadOptions,
): Promise<OpenThread> {
  if (content.kind === 'inline') return beginAnew('it holds an image that the model refuses', options);
  try {
    const turns = await turnsOf(threadId, options.process);
    const index = turns.findIndex(({ items }) => items.some(({ clientId }) => clientId === turnId));
    const [before] = turns.slice(index + 1);
    if (index === -1) throw new Error('the message is not found in it');
    const opened =
      before === undefined ? await startThread(options) : await fork(threadId, before.id, options);
    return { ...opened, notice: TAKEN_OUT };
  } catch (error) {
    return beginAnew(error instanceof Error ? error.message : String(error), options);
  }
}

const IMAGE = /\binvalid image\b/i;
const TAKEN_OUT =
  'The model refused this message, so it was taken out of the conversation: the agent does not know it.';

async function fork(threadId: string, lastTurnId: string, options: ThreadOptions): Promise<OpenThread> {
  const wanted = { threadId, lastTurnId, excludeTurns: true, ...settingsOf(options) };
  const { thread, model } = ThreadResultSchema.parse(await options.process.request('thread/fork', wanted));
  return { threadId: thread.id, isNew: false, rollout: thread.path ?? null, model, notice: null };
}

/** The latest turns of a thread that is open, the last one first. */
async function turnsOf(threadId: string, process: CodexProcess) {
  const result = await process.request('thread/turns/list', { threadId, limit: 10, itemsView: 'full' });
  return ThreadTurnsSchema.parse(result).data;
}

/** A resumed thread has the model of its last turn; one that nobody sees tells the configured one. */
async function defaultModel(options: ThreadOptions): Promise<string> {
  const wanted = { ...settingsOf(options), ephemeral: true };
  return ThreadResultSchema.parse(await options.process.request('thread/start', wanted)).model;
}

function settingsOf({ context, policy }: ThreadOptions): Record<string, unknown> {
  const approvalPolicy = approvalPolicyOf(policy);
  return { cwd: context.paths.workspaces, approvalPolicy, sandbox: 'danger-full-access' };
}
