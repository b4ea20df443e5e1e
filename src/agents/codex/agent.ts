import type { AgentDriver } from '../agent.ts';
import type { AgentContext, DriverOptions } from '../agent-context.ts';
import { createAgentPool } from '../agent-pool.ts';
import { DEFAULT_EFFORT } from './effort.ts';
import { CodexSession } from './session.ts';

/** Drives Codex: one `codex app-server` per chat, which outlives the engine. */
export function createCodexDriver({ idleMs, processesMax, ...shared }: DriverOptions): AgentDriver {
  const context: AgentContext = { ...shared, pool: createAgentPool({ idleMs, processesMax }) };
  return {
    provider: 'codex',
    title: 'Codex',
    defaultThinkingLevel: DEFAULT_EFFORT,
    canSteer: true,
    openSession: (input, report) => new CodexSession(context, input, report),
  };
}
