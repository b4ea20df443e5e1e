import { promises } from 'node:fs';
import { readRegularFile } from '../storage/regular-file.ts';
import type { Metadata } from './metadata-by-git.ts';

/** What is larger is git's to read, which has a time limit. */
const FILE_BYTES = 8 * 1024 * 1024;

/** The file system as isomorphic-git sees it: it opens whatever it finds, and would wait for the end of a named pipe. */
const fs = {
  promises: {
    ...promises,
    readFile: async (path: string, options?: { encoding?: BufferEncoding } | BufferEncoding) => {
      const encoding = typeof options === 'string' ? options : options?.encoding;
      const content = readRegularFile(path, { maxBytes: FILE_BYTES });
      return encoding === undefined ? content : content.toString(encoding);
    },
  },
};

const ORIGIN_HEAD = 'refs/remotes/origin/HEAD';
const ORIGIN = 'refs/remotes/origin/';

/** Throws, or answers null, where only git is right: another format, extensions, another kind of ref storage. */
export async function readWithIsomorphicGit(dir: string, refs: readonly string[]): Promise<Metadata | null> {
  const { default: git } = await import('isomorphic-git');
  const version = Number((await git.getConfig({ fs, dir, path: 'core.repositoryformatversion' })) ?? 0);
  if (version !== 0) return null;
  const [branch, remotes, originHead] = await Promise.all([
    git.currentBranch({ fs, dir }),
    git.listRemotes({ fs, dir }),
    resolve(git, { dir, ref: ORIGIN_HEAD, depth: 2 }),
  ]);
  const asked = originHead?.startsWith(ORIGIN) ? [...refs, originHead] : refs;
  const found = await Promise.all(asked.map(async (ref) => [ref, await resolve(git, { dir, ref })] as const));
  return {
    branch: branch ?? 'HEAD',
    remotes: remotes.map(({ remote, url }) => ({ name: remote, url })),
    originHead: originHead?.startsWith(ORIGIN) ? originHead.slice(ORIGIN.length) : null,
    refs: new Map(found.flatMap(([ref, oid]) => (oid === null ? [] : [[ref, oid]]))),
  };
}

type IsomorphicGit = (typeof import('isomorphic-git'))['default'];

/** Null when there is no such ref. */
async function resolve(
  git: IsomorphicGit,
  { dir, ...asked }: { dir: string; ref: string; depth?: number },
): Promise<string | null> {
  try {
    return await git.resolveRef({ fs, dir, ...asked });
  } catch (error) {
    if (error instanceof git.Errors.NotFoundError) return null;
    throw error;
  }
}
