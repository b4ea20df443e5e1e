import type { AgentDriver } from './agent.ts';
import { createClaudeDriver } from './claude/agent.ts';
import type { ClaudeDriverOptions } from './claude/agent.ts';
import { createCodexDriver } from './codex/agent.ts';

export interface AgentOptions extends Omit<ClaudeDriverOptions, 'command'> {
  /** The program of each agent; null when this machine has none. */
  programs: { claude: string | null; codex: string | null };
}

/** Every agent of this engine, by provider: one line each. */
export function createDrivers({ programs, ...options }: AgentOptions): ReadonlyMap<string, AgentDriver> {
  const drivers = [
    createClaudeDriver({ ...options, command: programs.claude }),
    createCodexDriver({ ...options, command: programs.codex }),
  ];
  return new Map(drivers.map((driver) => [driver.provider, driver]));
}
