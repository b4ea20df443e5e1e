import type { ProcessOrder } from '../../machines/agent-process.events.ts';
import type { AgentFact, AgentSessionInput } from '../contract/facts.ts';
import type { ThinkingLevel } from '../contract/messages.ts';
import type { DriverOptions, ExecutorFact } from './agent-context.ts';
import type { ChatRecord } from '../contract/records.ts';
import type { TaskRecord } from '../contract/tasks.ts';
import { createAgentPool } from './agent-pool.ts';
import type { AgentCodec } from './codec.ts';
import type { Told, Topic } from './inquiry.ts';
import { Executor } from './process/executor.ts';
import { Inquiries } from './process/inquiries.ts';
import type { TaskTail } from './tasks.ts';

/**
 * One coding agent behind the engine. A driver lives in a folder of its own and is registered by one line; nothing
 * outside that folder knows its name.
 */
export interface AgentDriver {
  readonly provider: string;
  /** The agent's name for people, the title of its first chat. */
  readonly title: string;
  /** How hard it thinks when a message does not say. */
  readonly defaultThinkingLevel?: ThinkingLevel;
  /** A message can be said into a turn that runs. */
  readonly canSteer?: true;
  /** It tells what it runs beside its turns. */
  readonly tellsTasks: boolean;
  readonly modes: readonly ('goal' | 'fast')[];
  /** How long a process may rest, in milliseconds. */
  readonly idleMs: number;
  /** The executor of the process of one chat; `report` tells the machine, `tell` the chat. */
  openExecutor(input: AgentSessionInput, to: HandsListener): OpenExecutor;
  /** Where the agent keeps the session of a chat: files and folders, there or not. */
  sessionPaths(chat: Pick<ChatRecord, 'sessionId' | 'sessionMark'>): string[];
  /** What the agent tells of itself, whatever its chats do. No model is called for it. */
  tell<About extends Topic>(topic: About): Promise<Told<About>>;
  /** Resolves when nothing runs any more that was asked so. */
  close(): Promise<void>;
}

export interface HandsListener {
  report: (fact: ExecutorFact) => void;
  tell: (fact: AgentFact) => void;
}

export interface OpenExecutor {
  order(order: ProcessOrder): void;
  outputOf(task: TaskRecord): TaskTail | null;
  /** Lets go without touching the process: the next engine attaches to it. */
  detach(): void;
}

/** A driver of which only the codec is its own. */
export function createDriver(
  codec: AgentCodec,
  { idleMs, processesMax, ...shared }: DriverOptions,
): AgentDriver {
  const context = { ...shared, pool: createAgentPool(processesMax) };
  const inquiries = new Inquiries(codec, context);
  const { provider, title, defaultThinkingLevel, canSteer, modes = [] } = codec;
  return {
    provider,
    title,
    ...(defaultThinkingLevel === undefined ? {} : { defaultThinkingLevel }),
    ...(canSteer === undefined ? {} : { canSteer }),
    tellsTasks: codec.taskOutput !== undefined,
    modes,
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
