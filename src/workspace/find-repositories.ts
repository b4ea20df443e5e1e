import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, codeOf } from '../storage/attempt.ts';

/** What lies directly under `~/workspaces`. */
export interface Folders {
  /** Names of folders with a `.git`, sorted. */
  repositories: string[];
  /** The others, which may become repositories. */
  plain: string[];
  /** Repositories whose name is no text, with its odd bytes written as `\xE4`: nothing can be started in them. */
  unnameable: string[];
}

export interface RepositoryFolder {
  name: string;
  folder: string;
}

/** None while the folder is missing. */
export function findFolders(workspaces: string): Folders {
  const all = attempt(() => readdirSync(workspaces, { encoding: 'buffer' }), []);
  const found = all
    .filter(isText)
    .map(String)
    .toSorted()
    .map((name) => ({ name, kind: kindOf(join(workspaces, name)) }));
  const pick = (wanted: Kind) => found.flatMap(({ name, kind }) => (kind === wanted ? [name] : []));
  const root = Buffer.from(`${workspaces}/`);
  const odd = all.filter((name) => !isText(name) && look(Buffer.concat([root, name, GIT])) === 'there');
  return {
    repositories: pick('repository'),
    plain: pick('plain'),
    unnameable: odd.map(escapeBytes).toSorted(),
  };
}

const GIT = Buffer.from('/.git');

function isText(name: Buffer): boolean {
  return Buffer.from(name.toString('utf8')).equals(name);
}

function escapeBytes(name: Buffer): string {
  return name
    .toString('latin1')
    .replaceAll(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The git repositories directly under `workspaces`, by name. */
export function listRepositories(workspaces: string): RepositoryFolder[] {
  return findFolders(workspaces).repositories.map((name) => ({ name, folder: join(workspaces, name) }));
}

type Kind = 'repository' | 'plain' | 'file';

/** A folder that may not be looked into counts as a repository: one that cannot be read. */
function kindOf(path: string): Kind {
  const git = look(join(path, '.git'));
  if (git === 'there' || git === 'denied') return 'repository';
  return git === 'missing' && look(path) === 'there' ? 'plain' : 'file';
}

function look(path: string | Buffer): 'there' | 'missing' | 'denied' | 'file' {
  try {
    statSync(path);
    return 'there';
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EACCES') return 'denied';
    return code === 'ENOENT' ? 'missing' : 'file';
  }
}
