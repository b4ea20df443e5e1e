import { createHash } from 'node:crypto';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Policy } from '../../contract/chats.ts';
import type { Log } from '../../log.ts';
import type { Paths } from '../../paths.ts';
import type { AgentPool } from '../agent-pool.ts';
import type { PayloadFiles } from '../delivery-input.ts';
import type { Installation } from '../installation.ts';

/** What the sessions of all Claude Code chats share. */
export interface ClaudeContext {
  /** The program; null when there is none. */
  command: string | null;
  /** The whole environment to be passed on. */
  env: Readonly<Record<string, string>>;
  paths: Pick<Paths, 'home' | 'workspaces' | 'agents'>;
  payloads: PayloadFiles;
  /** Settles when everything that was announced so far is on disk. */
  settled: () => Promise<void>;
  /** True while more waits for the disk than should: output is then read more slowly. */
  isLagging: () => boolean;
  /** Takes a token-level delta, shown live and not kept. */
  reportPartial: (chatId: string, messageId: string | null, event: AgentEvent) => void;
  /** Instructions to be added for new sessions. */
  systemPrompt?: () => string | undefined;
  /** How long a question may wait for an answer, in milliseconds. */
  requestTimeoutMs: number;
  log: Log;
  now: () => Date;
  pool: AgentPool;
}

/** A process that was launched with another configuration is replaced when it rests. */
export function configurationOf({ env }: ClaudeContext, { installation, policy }: Launchable): string {
  const variables = Object.keys(env)
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map((name) => [name, env[name]]);
  const identity = JSON.stringify([installation.identity, policy, variables]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 16);
}

interface Launchable {
  installation: Installation;
  policy: Policy;
}
