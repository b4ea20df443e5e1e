import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What lies directly under `~/workspaces`. */
export interface Folders {
  /** Names of folders with a `.git`, sorted. */
  repositories: string[];
  /** The others, which may become repositories. */
  plain: string[];
}

export interface RepositoryFolder {
  name: string;
  folder: string;
}

/** None while the folder is missing. */
export function findFolders(workspaces: string): Folders {
  const found = namesIn(workspaces).map((name) => ({ name, kind: kindOf(join(workspaces, name)) }));
  const pick = (wanted: Kind) => found.flatMap(({ name, kind }) => (kind === wanted ? [name] : []));
  return { repositories: pick('repository'), plain: pick('plain') };
}

/** The git repositories directly under `workspaces`, by name. */
export function listRepositories(workspaces: string): RepositoryFolder[] {
  return findFolders(workspaces).repositories.map((name) => ({ name, folder: join(workspaces, name) }));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return []; // It is made at the next start.
  }
}

type Kind = 'repository' | 'plain' | 'file';

/** A folder that may not be looked into counts as a repository: one that cannot be read. */
function kindOf(path: string): Kind {
  const git = look(join(path, '.git'));
  if (git === 'there' || git === 'denied') return 'repository';
  return git === 'missing' && look(path) === 'there' ? 'plain' : 'file';
}

function look(path: string): 'there' | 'missing' | 'denied' | 'file' {
  try {
    statSync(path);
    return 'there';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EACCES') return 'denied';
    return code === 'ENOENT' ? 'missing' : 'file';
  }
}
