import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface RepositoryFolder {
  name: string;
  folder: string;
}

/** The git repositories directly under `workspaces`, by name. None when there is no such folder. */
export function listRepositories(workspaces: string): RepositoryFolder[] {
  return listNames(workspaces)
    .toSorted()
    .map((name) => ({ name, folder: join(workspaces, name) }))
    .filter(({ folder }) => existsSync(join(folder, '.git')));
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
