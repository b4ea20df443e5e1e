import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killAgents } from './agent-processes.ts';

export interface TemporaryHome {
  readonly path: string;
  /** Ends whatever agents left running, then removes the folder. */
  remove(): Promise<void>;
}

/** An empty workspace home below `parent`, the machine's folder for temporary files when left out. */
export async function createTemporaryHome(parent = tmpdir()): Promise<TemporaryHome> {
  const path = await mkdtemp(join(parent, 'engine-home-'));
  await mkdir(join(path, 'workspaces'));
  return { path, remove: () => removeHome(path) };
}

async function removeHome(path: string): Promise<void> {
  await killAgents(path);
  await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
