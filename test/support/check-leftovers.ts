import { mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach } from 'vitest';
import { expectNoneLeft, runningProcesses, type RunningProcess } from './running-processes.ts';

/** Where the tests of this file keep everything: a process that names a folder of theirs is theirs. */
const FOLDER = mkdtempSync(join(tmpdir(), 'e2e-'));
process.env['TMPDIR'] = FOLDER;

/** Fails the test of which a process is left. What was there before it belongs to the others as well. */
beforeEach(({ onTestFinished }) => {
  const before = pidsOf(ownProcesses([FOLDER]));
  const shared = readdirSync(FOLDER);
  // What is registered first runs last: after all that the test itself put away.
  onTestFinished(() =>
    expectNoneLeft('the test', () => {
      const folders = readdirSync(FOLDER).filter((name) => !shared.includes(name));
      return ownProcesses(folders.map((name) => join(FOLDER, name))).filter(isNotFrom(before));
    }),
  );
});

beforeAll(() => {
  const before = pidsOf(ownProcesses([FOLDER]));
  return async () => {
    await expectNoneLeft('the file', () => ownProcesses([FOLDER]).filter(isNotFrom(before)));
    await rm(FOLDER, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
});

/** What this process started, however far down, and what names one of the folders. Suites beside this one have others. */
function ownProcesses(folders: readonly string[]): RunningProcess[] {
  return runningProcesses().filter(
    ({ ancestors, traces }) =>
      ancestors.includes(process.pid) || folders.some((folder) => traces.includes(folder)),
  );
}

function pidsOf(processes: readonly RunningProcess[]): Set<number> {
  return new Set(processes.map(({ pid }) => pid));
}

function isNotFrom(pids: ReadonlySet<number>) {
  return ({ pid, ancestors }: RunningProcess) => ![pid, ...ancestors].some((one) => pids.has(one));
}
