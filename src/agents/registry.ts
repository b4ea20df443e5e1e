import { createAcpDrivers, type AcpAgent } from './acp/drivers.ts';
import { createDriver, type AgentDriver } from './agent.ts';
import type { DriverOptions } from './agent-context.ts';
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

/** Every agent of this engine, by provider: one line each. */
export async function createDrivers({
  programs,
  logins,
  acpAgents,
  ...options
}: AgentOptions): Promise<ReadonlyMap<string, AgentDriver>> {
  const drivers = [
    createDriver(
      createClaudeCodec(options.paths, () => logins.claude.environment()),
      {
        ...options,
        findProgram: programs.claude,
        login: logins.claude,
      },
    ),
    createDriver(createCodexCodec(options.paths), {
      ...options,
      findProgram: programs.codex,
      login: logins.codex,
    }),
    ...(await createAcpDrivers(acpAgents, { ...options, login: logins.acp })),
  ];
  return new Map(drivers.map((driver) => [driver.provider, driver]));
}
