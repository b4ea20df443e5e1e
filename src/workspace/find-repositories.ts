import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What lies directly under `~/workspaces`. */
export interface Folders {
  /** Folders with a `.git`, sorted by name. */
  repositories: string[];
  /** The others, which may become repositories. */
  plain: string[];
}

/** None while the folder is missing. */
export async function findRepositories(workspaces: string): Promise<Folders> {
  const names: string[] = await readdir(workspaces).catch(() => []);
  const found = await Promise.all(
    names.toSorted().map(async (name) => ({ name, kind: await kindOf(join(workspaces, name)) })),
  );
  const pick = (wanted: Kind) => found.flatMap(({ name, kind }) => (kind === wanted ? [name] : []));
  return { repositories: pick('repository'), plain: pick('plain') };
}

type Kind = 'repository' | 'plain' | 'file';

/** A folder that may not be looked into counts as a repository: one that cannot be read. */
async function kindOf(path: string): Promise<Kind> {
  const [own, git] = await Promise.all([look(path), look(join(path, '.git'))]);
  if (git === 'there' || git === 'denied') return 'repository';
  return own === 'there' && git === 'missing' ? 'plain' : 'file';
}

async function look(path: string): Promise<'there' | 'missing' | 'denied' | 'file'> {
  try {
    await stat(path);
    return 'there';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EACCES') return 'denied';
    return code === 'ENOENT' ? 'missing' : 'file';
  }
}
