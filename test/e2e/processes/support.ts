import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, vi } from 'vitest';
import { followOutput, type FollowOptions } from '../../../src/processes/follow-output.ts';
import { shimOf } from '../../../src/processes/identify.ts';
import { launch, type LaunchOptions } from '../../../src/processes/launch.ts';
import { createRun, type Run } from '../../../src/processes/run.ts';
import { killEverything } from '../../../src/processes/terminate.ts';

const runs: Run[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const run of runs.splice(0)) await killEverything(run);
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'run-'));
  folders.push(folder);
  return folder;
}

export async function newRun(): Promise<Run> {
  const run = createRun(await temporaryFolder(), randomUUID());
  runs.push(run);
  return run;
}

/** A run of a few lines of shell. */
export async function launchShell(script: string, options: Partial<LaunchOptions> = {}): Promise<Run> {
  const run = await newRun();
  await launch(run, { ...shellOptions(script), ...options });
  return run;
}

export function shellOptions(script: string): LaunchOptions {
  return {
    command: '/bin/sh',
    args: ['-c', script],
    env: { PATH: process.env['PATH'] ?? '' },
    cwd: tmpdir(),
  };
}

/** Kills the shell around a run. Never with a number that is not known: 0 stands for all that runs the tests. */
export async function killShell(run: Run): Promise<void> {
  const shell = await vi.waitUntil(() => shimOf(run), 30_000);
  process.kill(shell, 'SIGKILL');
}

/** Follows a run to its end and gives all it printed. */
export async function readAll(run: Run, options: Partial<FollowOptions> = {}) {
  const lines: string[] = [];
  const end = await followOutput(run, {
    from: 0,
    signal: new AbortController().signal,
    onLine: ({ bytes }) => void lines.push(bytes.toString()),
    ...options,
  });
  return { lines, end };
}
