import type { AgentDriver } from './agent.ts';
import { createClaudeDriver } from './claude/agent.ts';
import type { ClaudeDriverOptions } from './claude/agent.ts';
import { createUnavailableDriver } from './unavailable.ts';

/** Every agent of this engine, by provider: one line each. */
export function createDrivers(
  options: Omit<ClaudeDriverOptions, 'command'>,
  { claude }: { claude: string | null },
): ReadonlyMap<string, AgentDriver> {
  const drivers = [
    createClaudeDriver({ ...options, command: claude }),
    createUnavailableDriver('codex', 'Codex'),
  ];
  return new Map(drivers.map((driver) => [driver.provider, driver]));
}
