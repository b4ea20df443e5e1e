import { createDriver, type AgentDriver } from '../agent.ts';
import type { DriverOptions } from '../agent-context.ts';

/** An agent that speaks the Agent Client Protocol, as it was configured. */
export interface AcpAgent {
  command: string;
  args: readonly string[];
  title?: string | undefined;
  /** The program as it is now; null when there is none. */
  findProgram: () => string | null;
}

/** One driver per agent, by the name it was configured under. The protocol is loaded only where it is spoken. */
export async function createAcpDrivers(
  agents: Readonly<Record<string, AcpAgent>>,
  options: Omit<DriverOptions, 'findProgram'>,
): Promise<AgentDriver[]> {
  const entries = Object.entries(agents);
  if (entries.length === 0) return [];
  const { createAcpCodec } = await import('./codec.ts');
  const given = { folder: options.paths.workspaces, systemPrompt: options.systemPrompt };
  return entries.map(([provider, { title = provider, findProgram, ...agent }]) =>
    createDriver(createAcpCodec({ ...agent, provider, title }, given), { ...options, findProgram }),
  );
}
