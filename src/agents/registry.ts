import type { DriverOptions } from './agent-context.ts';
import { createDriver, type AgentDriver } from './agent.ts';
import { createClaudeCodec } from './claude/codec.ts';
import { createCodexCodec } from './codex/codec.ts';
import type { AgentLogin } from './login.ts';

export interface AgentOptions extends Omit<DriverOptions, 'findProgram' | 'login'> {
  /** Finds the program of each agent, each time it is needed; null when this machine has none. */
  programs: Record<'claude' | 'codex', () => string | null>;
  logins: Record<'claude' | 'codex' | 'acp', AgentLogin>;
  /** Agents that speak the Agent Client Protocol, by provider. */
  acpAgents: Readonly<Record<string, AcpAgent>>;
}

/** An agent that speaks the Agent Client Protocol, as it was configured. */
export interface AcpAgent {
  command: string;
  args: readonly string[];
  title?: string | undefined;
  /** The program as it is now; null when there is none. */
  findProgram: () => string | null;
}

/** Every agent of this engine, by provider: one line each. */
export async function createDrivers(given: AgentOptions): Promise<ReadonlyMap<string, AgentDriver>> {
  const { programs, logins, acpAgents, ...options } = given;
  const own = (name: 'claude' | 'codex') => ({
    ...options,
    findProgram: programs[name],
    login: logins[name],
  });
  const drivers = [
    createDriver(
      createClaudeCodec(options.paths, () => logins.claude.environment()),
      own('claude'),
    ),
    createDriver(createCodexCodec(options.paths), own('codex')),
    ...(await createAcpDrivers(acpAgents, { ...options, login: logins.acp })),
  ];
  return new Map(drivers.map((driver) => [driver.provider, driver]));
}

/** One driver per agent, by the name it was configured under. The protocol is loaded only where it is spoken. */
async function createAcpDrivers(
  agents: Readonly<Record<string, AcpAgent>>,
  options: Omit<DriverOptions, 'findProgram'>,
): Promise<AgentDriver[]> {
  const entries = Object.entries(agents);
  if (entries.length === 0) return [];
  const { createAcpCodec } = await import('./acp/codec.ts');
  const given = { folder: options.paths.workspaces, systemPrompt: options.systemPrompt };
  return entries.map(([provider, { title = provider, findProgram, ...agent }]) =>
    createDriver(createAcpCodec({ ...agent, provider, title }, given), { ...options, findProgram }),
  );
}
