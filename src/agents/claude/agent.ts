import type { AgentDriver } from '../agent.ts';
import { createAgentPool } from '../agent-pool.ts';
import type { ClaudeContext } from './context.ts';
import { ClaudeSession } from './session.ts';

export interface ClaudeDriverOptions extends Omit<ClaudeContext, 'pool'> {
  /** How long a process may rest, in milliseconds. */
  idleMs: number;
  /** Processes that may live at once, but for those at work. */
  processesMax: number;
}

/** Drives Claude Code: one long-lived process per chat that is spoken to in lines of JSON and outlives the engine. */
export function createClaudeDriver({ idleMs, processesMax, ...shared }: ClaudeDriverOptions): AgentDriver {
  const context: ClaudeContext = { ...shared, pool: createAgentPool({ idleMs, processesMax }) };
  return {
    provider: 'claude',
    title: 'Claude Code',
    openSession: (input, report) => new ClaudeSession(context, input, report),
  };
}
