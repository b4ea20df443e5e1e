import type { AgentDriver } from '../agent.ts';
import { createAgentPool } from '../agent-pool.ts';
import type { AcpContext, AcpDriverOptions } from './context.ts';
import { AcpSession } from './session.ts';

/** Drives any agent that speaks the Agent Client Protocol: one process per chat, which outlives the engine. */
export function createAcpDriver({ idleMs, processesMax, ...shared }: AcpDriverOptions): AgentDriver {
  const context: AcpContext = { ...shared, pool: createAgentPool({ idleMs, processesMax }) };
  return {
    provider: context.provider,
    title: context.title,
    openSession: (input, report) => new AcpSession(context, input, report),
  };
}
