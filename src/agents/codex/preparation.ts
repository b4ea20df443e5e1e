/** Works out how a message reaches its thread. The message itself is not written here. */
import type { Policy } from '../../contract/chats.ts';
import type { QueuedMessage } from '../../contract/records.ts';
import { markersOf } from './command.ts';
import type { AgentContext } from '../agent-context.ts';
import { storeInput } from '../delivery-input.ts';
import { allIsLost, isPassing } from '../context-loss.ts';
import { contentOf } from '../message-content.ts';
import { type CodexDelivery } from './delivery.ts';
import { effortOf } from './effort.ts';
import { CodexRefusal } from './failures.ts';
import { approvalPolicyOf, turnLine } from './lines.ts';
import { ThreadResultSchema, ThreadTurnsSchema } from './protocol.ts';
import type { CodexServer } from './server.ts';

export interface ThreadOptions {
  context: AgentContext;
  server: CodexServer;
  chatId: string;
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
  const { server, context } = options;
  const developerInstructions = context.systemPrompt?.();
  const given = developerInstructions === undefined ? {} : { developerInstructions };
  const result = await server.request('thread/start', { ...settingsOf(options), ...given });
  const { thread, model } = ThreadResultSchema.parse(result);
  return { threadId: thread.id, isNew: true, rollout: thread.path ?? null, model, notice: null };
}

/** Settings are passed again: Codex does not keep them. A thread that it cannot resume is begun anew, saying so. */
export async function resumeThread(threadId: string, options: ThreadOptions): Promise<OpenThread> {
  const { server } = options;
  try {
    const resumed = { threadId, excludeTurns: true, ...settingsOf(options) };
    const { thread } = ThreadResultSchema.parse(await server.request('thread/resume', resumed));
    const rollout = thread.path ?? null;
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
  server: CodexServer,
): Promise<boolean> {
  const result = await server.request('thread/turns/list', { threadId, limit: 5, itemsView: 'full' });
  const turns = ThreadTurnsSchema.parse(result).data;
  return turns.some(({ items }) => items.some((item) => item.clientId === clientId));
}

export async function prepareDelivery(
  message: QueuedMessage,
  { server, context, policy }: ThreadOptions,
  { threadId, model, notice }: OpenThread,
): Promise<CodexDelivery> {
  const { payloads } = context;
  const line = turnLine({
    threadId,
    clientId: message.turnId,
    ...(await contentOf(message, payloads)),
    model: message.model ?? model,
    effort: effortOf(message.thinkingLevel),
    policy,
    planMode: message.planMode,
  });
  return {
    runId: server.run.id,
    threadId,
    input: await storeInput(line, payloads),
    inputOffset: server.inputEnd,
    outputOffset: server.offset,
    notice,
  };
}

export function settingsOf({ context, server, chatId, policy }: ThreadOptions): Record<string, unknown> {
  return {
    cwd: context.paths.workspaces,
    approvalPolicy: approvalPolicyOf(policy),
    sandbox: 'danger-full-access',
    config: markersOf(server.run.id, chatId),
  };
}

/** A resumed thread has the model of its last turn; one that nobody sees tells the configured one. */
async function defaultModel(options: ThreadOptions): Promise<string> {
  const result = await options.server.request('thread/start', { ...settingsOf(options), ephemeral: true });
  return ThreadResultSchema.parse(result).model;
}
