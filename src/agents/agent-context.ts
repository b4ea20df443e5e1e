import type { ProcessFact } from '../../machines/agent-process.events.ts';
import type { AgentEvent } from '../contract/agent-event.ts';
import type { AgentFact, AgentSessionInput } from '../contract/facts.ts';
import type { Delivery } from '../contract/records.ts';
import type { Paths } from '../environment/paths.ts';
import type { Log } from '../log.ts';
import type { AgentPool } from './agent-pool.ts';
import type { AgentCodec } from './codec.ts';
import type { PayloadFiles } from './delivery-input.ts';
import type { AgentLogin } from './login.ts';

/** What the sessions of all chats with one agent share. */
export interface AgentContext {
  /** The program as it is now; null when there is none. It may be installed, moved or removed at any time. */
  findProgram: () => string | null;
  /** The login of the agent's provider, with the whole environment to be passed on. */
  login: AgentLogin;
  paths: Pick<Paths, 'home' | 'workspaces' | 'agents' | 'plans'>;
  payloads: PayloadFiles;
  /** Settles when everything that was announced so far is on disk. */
  settled: () => Promise<void>;
  /** True while more waits for the disk than should: output is then read more slowly. */
  isLagging: () => boolean;
  /** Takes a token-level delta, shown live and not kept. */
  reportPartial: (chatId: string, messageId: string | null, event: AgentEvent) => void;
  systemPrompt?: () => string | undefined;
  requestTimeoutMs: number;
  /** Turns that earlier engines asked for: one that the log, which lost its end, does not know of is not asked for again. */
  given?: Set<string>;
  /** Takes secrets out of what a program prints beside its protocol. */
  redact: (text: string) => string;
  log: Log;
  pool: AgentPool;
}

/** What the engine gives to a driver, which makes a pool of its own. */
export interface DriverOptions extends Omit<AgentContext, 'pool'> {
  idleMs: number;
  /** Processes that may live at once, but for those at work. */
  processesMax: number;
}

/** Without the time, which whoever passes it on knows. */
export type ExecutorFact =
  | Exclude<ProcessFact, { type: 'process.prepared' }>
  | { type: 'process.prepared'; messageId: string; delivery: Delivery };

export interface ExecutorOptions {
  codec: AgentCodec;
  context: AgentContext;
  chat: AgentSessionInput;
  /** To the machine. */
  report: (fact: ExecutorFact) => void;
  /** To the chat, as it is. */
  tell: (fact: AgentFact) => void;
}
