import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectNoneLeft, processesNaming } from './running-processes.ts';

export interface TemporaryHome {
  readonly path: string;
  /**
   * To be called when its engine, or what stands in for one, was stopped as users stop it: what then runs there fails the
   * test. Whoever leaves something running on purpose ends it before.
   */
  remove(): Promise<void>;
}

/** An empty workspace home below `parent`, the machine's folder for temporary files when left out. */
export async function createTemporaryHome(parent = tmpdir()): Promise<TemporaryHome> {
  const path = await mkdtemp(join(parent, 'engine-home-'));
  await mkdir(join(path, 'workspaces'));
  return { path, remove: () => removeHome(path) };
}

async function removeHome(path: string): Promise<void> {
  await expectNoneLeft('the engine', () => processesNaming(path)).finally(() =>
    rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  );
}
