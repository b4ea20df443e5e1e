import { chmodSync, mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach } from 'vitest';
import { expectNoneLeft, runningProcesses, type RunningProcess } from './running-processes.ts';

/** Where the tests of this file keep everything: a process that names a folder of theirs is theirs. */
const FOLDER = mkdtempSync(join(tmpdir(), 'e2e-'));
chmodSync(FOLDER, 0o711); // some tests run as somebody else
process.env['TMPDIR'] = FOLDER;

/** Fails the test of which a process is left. What was there before it, or is in a folder that was, belongs to the others too. */
beforeEach(({ onTestFinished }) => {
  const before = pidsOf(ownProcesses([FOLDER]));
  const shared = folders();
  // What is registered first runs last: after all that the test itself put away.
  onTestFinished(() =>
    expectNoneLeft('the test', () => {
      const added = folders().filter((folder) => !shared.includes(folder));
      return ownProcesses(added)
        .filter(isNotFrom(before))
        .filter(({ traces }) => !shared.some((folder) => traces.includes(folder)));
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

function folders(): string[] {
  return readdirSync(FOLDER).map((name) => join(FOLDER, name));
}

function pidsOf(processes: readonly RunningProcess[]): Set<number> {
  return new Set(processes.map(({ pid }) => pid));
}

function isNotFrom(pids: ReadonlySet<number>) {
  return ({ pid, ancestors }: RunningProcess) => ![pid, ...ancestors].some((one) => pids.has(one));
}
