import { promises } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegularFile } from '../storage/regular-file.ts';
import { explainUnfit } from './check-git-files.ts';
import { stampFiles } from './file-stamps.ts';
import type { Git } from './git.ts';

export interface MetadataReaderOptions {
  git: Git;
  /** Branches that may be the default one. */
  branches: readonly string[];
}

interface Known {
  metadata: Metadata;
  /** Of the files it was read from; null when it must be read again. */
  stamp: string | null;
}

/**
 * isomorphic-git needs no process, but knows only repositories of the first format that have a `.git` folder of their
 * own. Whatever it cannot read is git's to read. What isomorphic-git has read is good until one of its files changes.
 */
export class MetadataReader {
  readonly #git: Git;
  readonly #refs: string[];
  readonly #known = new Map<string, Known>();

  constructor({ git, branches }: MetadataReaderOptions) {
    this.#git = git;
    this.#refs = branches.flatMap((branch) => [`refs/remotes/origin/${branch}`, `refs/heads/${branch}`]);
  }

  /** @throws {RepositoryError} when git cannot read it either. */
  async read(folder: string): Promise<Metadata> {
    const own = await stat(join(folder, '.git')).catch(() => null);
    const metadata = own?.isDirectory() ? await this.#readOwn(folder) : null;
    return metadata ?? readWithGit(folder, { git: this.#git, refs: this.#refs });
  }

  async #readOwn(folder: string): Promise<Metadata | null> {
    const known = this.#known.get(folder);
    const refs = [...this.#refs, ...(known === undefined ? [] : originHeadRef(known.metadata))];
    const names = ['HEAD', 'config', 'packed-refs', 'refs/remotes/origin/HEAD', ...refs];
    const stamp = await stampFiles(names.map((name) => join(folder, '.git', name)));
    if (known !== undefined && stamp !== null && known.stamp === stamp) return known.metadata;
    const metadata = (await readWithIsomorphicGit(folder, this.#refs).catch(explainUnfit)) ?? null; // git says what is wrong
    const isStamped = metadata !== null && originHeadRef(metadata).every((ref) => refs.includes(ref));
    if (metadata === null) this.#known.delete(folder);
    else this.#known.set(folder, { metadata, stamp: isStamped ? stamp : null });
    return metadata;
  }
}

function originHeadRef({ originHead }: Metadata): string[] {
  return originHead === null ? [] : [`refs/remotes/origin/${originHead}`];
}

/** What a repository says about itself without its files being looked at. */
export interface Metadata {
  /** "HEAD" when detached. A branch without commits has its name too. */
  branch: string;
  remotes: { name: string; url: string }[];
  /** The branch that `origin/HEAD` stands for. */
  originHead: string | null;
  /** Object ids of those of the asked refs that exist, by full name. */
  refs: ReadonlyMap<string, string>;
}

const ORIGIN_HEAD = 'refs/remotes/origin/HEAD';
const ORIGIN = 'refs/remotes/origin/';
const FORMAT = '--format=%(refname)%09%(objectname)%09%(symref)';

/** The same as isomorphic-git would tell, in three commands, for any repository. */
export async function readWithGit(
  folder: string,
  { git, refs }: { git: Git; refs: readonly string[] },
): Promise<Metadata> {
  const [head, remotes, origin] = await Promise.all([
    git(folder, ['symbolic-ref', '--short', '-q', 'HEAD'], { accept: [0, 1] }),
    git(folder, ['config', '--get-regexp', '^remote\\..*\\.url$'], { accept: [0, 1] }),
    git(folder, ['for-each-ref', FORMAT, ORIGIN_HEAD]),
  ]);
  const target = linesOf(origin.stdout)[0]?.split('\t')[2];
  const originHead = target?.startsWith(ORIGIN) ? target.slice(ORIGIN.length) : null;
  const asked = target === undefined || target === '' ? refs : [...refs, target];
  const found = await git(folder, ['for-each-ref', FORMAT, ...asked]);
  return {
    branch: linesOf(head.stdout)[0] ?? 'HEAD',
    remotes: linesOf(remotes.stdout).flatMap(toRemote),
    originHead,
    refs: new Map(linesOf(found.stdout).map((line) => pairOf(line))),
  };
}

function linesOf(output: Buffer): string[] {
  return output.toString('utf8').split('\n').filter(Boolean);
}

function toRemote(line: string): { name: string; url: string }[] {
  const [, name, url] = /^remote\.(.*)\.url (.*)$/.exec(line) ?? [];
  return name === undefined || url === undefined ? [] : [{ name, url }];
}

function pairOf(line: string): [string, string] {
  const [name = '', oid = ''] = line.split('\t');
  return [name, oid];
}

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

/** Throws, or answers null, where only git is right: another format, extensions, another kind of ref storage. */
async function readWithIsomorphicGit(dir: string, refs: readonly string[]): Promise<Metadata | null> {
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
