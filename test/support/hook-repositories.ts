import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes `workspaces/<name>` a repository with this `replicas.json`, or with nothing in it; returns its folder. */
export async function createHookRepository(home: string, name: string, config?: unknown): Promise<string> {
  const folder = join(home, 'workspaces', name);
  await mkdir(join(folder, '.git'), { recursive: true });
  if (config !== undefined) await writeFile(join(folder, 'replicas.json'), JSON.stringify(config));
  return folder;
}

/** The configuration of a repository whose start hook runs these commands. */
export function startHook(commands: string[], options: { timeout?: number; separate?: boolean } = {}) {
  return { startHook: { commands, ...options } };
}
