import type { AgentDriver } from '../agent.ts';
import type { AgentContext, DriverOptions } from '../agent-context.ts';
import { createAgentPool } from '../agent-pool.ts';
import { DEFAULT_EFFORT } from './effort.ts';
import { ClaudeSession } from './session.ts';

/** Drives Claude Code: one long-lived process per chat that is spoken to in lines of JSON and outlives the engine. */
export function createClaudeDriver({ idleMs, processesMax, ...shared }: DriverOptions): AgentDriver {
  const context: AgentContext = { ...shared, pool: createAgentPool({ idleMs, processesMax }) };
  return {
    provider: 'claude',
    title: 'Claude Code',
    defaultThinkingLevel: DEFAULT_EFFORT,
    openSession: (input, report) => new ClaudeSession(context, input, report),
  };
}
