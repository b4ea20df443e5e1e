import type { AgentDriver } from '../agent.ts';
import { createAgentPool } from '../agent-pool.ts';
import type { CodexContext } from './context.ts';
import { CodexServers } from './servers.ts';
import { CodexSession } from './session.ts';

export interface CodexDriverOptions extends Omit<CodexContext, 'pool'> {
  /** How long a server may rest, in milliseconds. */
  idleMs: number;
  /** Servers that may live at once, but for those at work. */
  processesMax: number;
}

/** Drives Codex: one `codex app-server` for all chats, each a thread of it; it outlives the engine. */
export function createCodexDriver({ idleMs, processesMax, ...shared }: CodexDriverOptions): AgentDriver {
  const context: CodexContext = { ...shared, pool: createAgentPool({ idleMs, processesMax }) };
  const servers = new CodexServers(context);
  return {
    provider: 'codex',
    title: 'Codex',
    openSession: (input, report) => new CodexSession({ context, servers }, input, report),
  };
}
