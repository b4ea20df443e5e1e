import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** How many folders directly under `workspaces` are git repositories. */
export function countRepositories(workspaces: string): number {
  return listFolder(workspaces).filter((name) => existsSync(join(workspaces, name, '.git'))).length;
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Nothing was provisioned yet.
  }
}
