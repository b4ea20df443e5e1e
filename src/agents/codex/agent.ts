import type { AgentDriver } from '../agent.ts';
import type { AgentContext, DriverOptions } from '../agent-context.ts';
import { createAgentPool } from '../agent-pool.ts';
import { DEFAULT_EFFORT } from './effort.ts';
import { CodexServers } from './servers.ts';
import { CodexSession } from './session.ts';

/** Drives Codex: one `codex app-server` for all chats, each a thread of it; it outlives the engine. */
export function createCodexDriver({ idleMs, processesMax, ...shared }: DriverOptions): AgentDriver {
  const context: AgentContext = { ...shared, pool: createAgentPool({ idleMs, processesMax }) };
  const servers = new CodexServers(context);
  return {
    provider: 'codex',
    title: 'Codex',
    defaultThinkingLevel: DEFAULT_EFFORT,
    canSteer: true,
    openSession: (input, report) => new CodexSession({ context, servers }, input, report),
  };
}
