import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, vi } from 'vitest';
import { killAll } from './running-processes.ts';

const MARKER = 'REPLICAS_AGENT_RUN=';

export interface AgentProcess {
  readonly pid: number;
  readonly parent: number;
  /** The run it belongs to: an agent and all it started share one. */
  readonly runId: string;
  /** File name of the program it runs. */
  readonly program: string;
  /** Its command line. */
  readonly command: string;
}

/** Every living process that an engine of this home started for an agent, and their descendants. */
export async function agentProcesses(home: string): Promise<AgentProcess[]> {
  const entries = await readdir('/proc');
  const found = await Promise.all(
    entries.filter((entry) => /^\d+$/.test(entry)).map((entry) => inspect(Number(entry), home)),
  );
  return found.flatMap((process) => process ?? []);
}

/** Those among them that run this program, but for children of theirs that are about to become another one. */
export async function processesRunning(program: string, home: string): Promise<AgentProcess[]> {
  const found = (await agentProcesses(home)).filter((process) => process.program === program);
  return found.filter(({ parent }) => !found.some(({ pid }) => pid === parent));
}

/** The processes of Claude Code itself. */
export function claudeProcesses(home: string): Promise<AgentProcess[]> {
  return processesRunning('claude', home);
}

/** SIGKILL to all of them, until none is left. */
export async function killAgents(home: string): Promise<void> {
  const kill = async () => {
    const processes = await agentProcesses(home);
    killAll(processes);
    expect(processes).toEqual([]);
  };
  await vi.waitFor(kill, { timeout: 60_000, interval: 50 });
}

/** Ends what was left running on purpose, which is still there. */
export async function endServices(home: string, command: string): Promise<void> {
  const services = (await agentProcesses(home)).filter((process) => process.command === command);
  expect(services).not.toEqual([]);
  killAll(services);
}

/** Waits until no process of this home's agents is left. */
export async function expectNoAgents(home: string): Promise<void> {
  await expect.poll(() => agentProcesses(home), { timeout: 60_000, interval: 100 }).toEqual([]);
}

/** What tools run that must be running in a test: it never ends by itself. */
export const ENDLESS_COMMAND = 'tail -f /dev/null';

/** Waits until one of this home's agents runs the endless command. */
export async function waitForEndlessCommand(home: string): Promise<void> {
  await expect.poll(() => commands(home), { timeout: 60_000, interval: 50 }).toContain(ENDLESS_COMMAND);
}

/** Waits until none does any more. */
export async function expectEndlessCommandGone(home: string): Promise<void> {
  await expect.poll(() => commands(home), { timeout: 60_000, interval: 50 }).not.toContain(ENDLESS_COMMAND);
}

async function commands(home: string): Promise<string[]> {
  return (await agentProcesses(home)).map(({ command }) => command);
}

async function inspect(pid: number, home: string): Promise<AgentProcess | null> {
  try {
    const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
    const marker = environment.find((entry) => entry.startsWith(MARKER));
    if (marker === undefined || !environment.some((entry) => entry.includes(home))) return null;
    return {
      pid,
      parent: Number(/^PPid:\s+(\d+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]),
      runId: marker.slice(MARKER.length),
      program: basename(await readlink(`/proc/${pid}/exe`)),
      command: (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim(),
    };
  } catch {
    return null;
  }
}
