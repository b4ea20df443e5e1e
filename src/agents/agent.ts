import type { AgentSessionInput } from '../contract/facts.ts';
import type { DriverOptions, ExecutorOptions } from './agent-context.ts';
import type { ChatRecord } from '../contract/records.ts';
import { createAgentPool } from './agent-pool.ts';
import type { AgentCodec } from './codec.ts';
import type { Told, Topic } from './inquiry.ts';
import { Executor } from './process/executor.ts';
import { Inquiries } from './process/inquiries.ts';

/**
 * One coding agent behind the engine. A driver lives in a folder of its own and is registered by one line; nothing
 * outside that folder knows its name.
 */
export interface AgentDriver extends Pick<
  AgentCodec,
  'provider' | 'title' | 'defaultThinkingLevel' | 'canSteer'
> {
  /** It tells what it runs beside its turns. */
  readonly tellsTasks: boolean;
  readonly modes: readonly ('goal' | 'fast')[];
  readonly idleMs: number;
  /** The executor of the process of one chat; `report` tells the machine, `tell` the chat. */
  openExecutor(input: AgentSessionInput, to: Pick<ExecutorOptions, 'report' | 'tell'>): OpenExecutor;
  /** Where the agent keeps the session of a chat: files and folders, there or not. */
  sessionPaths(chat: Pick<ChatRecord, 'sessionId' | 'sessionMark'>): string[];
  /** What the agent tells of itself, whatever its chats do. No model is called for it. */
  tell<About extends Topic>(topic: About): Promise<Told<About>>;
  /** Resolves when nothing runs any more that was asked so. */
  close(): Promise<void>;
}

/** Detached it lets go without touching the process: the next engine attaches to it. */
export type OpenExecutor = Pick<Executor, 'order' | 'outputOf' | 'detach'>;

/** A driver of which only the codec is its own. */
export function createDriver(
  codec: AgentCodec,
  { idleMs, processesMax, ...shared }: DriverOptions,
): AgentDriver {
  const context = { ...shared, pool: createAgentPool(processesMax) };
  const inquiries = new Inquiries(codec, context);
  return {
    ...codec,
    tellsTasks: codec.taskOutput !== undefined,
    modes: codec.modes ?? [],
    idleMs,
    openExecutor: (chat, listener) => new Executor({ codec, context, chat, ...listener }),
    sessionPaths: ({ sessionId, sessionMark }) =>
      [
        ...(sessionId === null
          ? []
          : [codec.session?.fileOf?.(sessionId), ...(codec.session?.besides?.(sessionId) ?? [])]),
        sessionMark?.file,
      ].filter((path) => path !== undefined),
    tell: (topic) => inquiries.about(topic),
    close: () => inquiries.close(),
  };
}
