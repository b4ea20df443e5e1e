import { open, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RepositoryError, type Git, type GitOptions } from '../../workspace/git.ts';
import type { ArchivedRepository, Piece } from '../manifest.ts';
import { enterFiles, type SizeLimits } from './changed-files.ts';
import { existing, openSideFolder, type SideFolder } from './side-folder.ts';
import { findUnfinished, readState, type RepositoryState } from './state.ts';

export interface BundleOptions {
  git: Git;
  /** Where there is room for what is made. Objects that archives have and the repository has not stay there: the next bundle builds on them. */
  scratch: string;
  limits: SizeLimits;
  /** How the repository was archived the last time. */
  known?: ArchivedRepository | undefined;
  /** Puts a bundle into the archive. */
  pack: (file: string) => Promise<Piece[]>;
}

/** What of a repository its remote does not have, as bundles that build on each other. */
export type BundledRepository = Omit<ArchivedRepository, 'path'>;

/** Behind so many, or when they are larger than the first one, everything is bundled anew. */
const LONGEST_CHAIN = 64;
const SMALL_BYTES = 1024 * 1024;

const NOBODY = {
  GIT_AUTHOR_NAME: 'replicas',
  GIT_AUTHOR_EMAIL: 'replicas@localhost',
  GIT_AUTHOR_DATE: '@0 +0000',
  GIT_COMMITTER_NAME: 'replicas',
  GIT_COMMITTER_EMAIL: 'replicas@localhost',
  GIT_COMMITTER_DATE: '@0 +0000',
};

/**
 * Archives a repository without touching anything of it: what is new since the last time is one bundle more.
 * @throws {RepositoryError} when git cannot, and what `pack` throws.
 */
export async function bundleRepository(folder: string, options: BundleOptions): Promise<BundledRepository> {
  const { git, limits } = options;
  const objects = join(options.scratch, 'objects', basename(folder));
  const { basis, ...state } = await readState(folder, git);
  const known = options.known && isBasisOf(state, options.known) ? options.known : undefined;
  if (known === undefined) await rm(objects, { recursive: true, force: true });
  const side = await openSideFolder(folder, { ...options, objects });
  try {
    const index = await commitIndex(side, state.head, known?.index).catch(() => null); // there are conflicts in it
    const omitted = [...(await enterFiles(folder, side, limits)), ...(await findUnfinished(folder))];
    const files = await commitIndex(side, state.head, known?.files);
    const entry = { name: basename(folder), ...state, index, files, omitted, bundles: known?.bundles ?? [] };
    const bundle = await createBundle(side, { tips: tipsOf(entry), had: known ? tipsOf(known) : {}, basis });
    if (bundle === null) return entry;
    const { size } = await stat(bundle);
    if (size > limits.repository) throw tooLarge(size);
    const prerequisites = await readPrerequisites(bundle);
    const made = { size, prerequisites, pieces: await options.pack(bundle) };
    return { ...entry, bundles: [...entry.bundles, made] };
  } catch (error) {
    if (error instanceof RepositoryError) await rm(objects, { recursive: true, force: true }); // they may be damaged
    throw error;
  } finally {
    await side.remove();
  }
}

/** Whether what is to be archived now may be put behind what was. */
function isBasisOf(
  { basedOn, remotes }: Omit<RepositoryState, 'basis'>,
  { bundles: [first, ...more], ...known }: ArchivedRepository,
): boolean {
  const urlOf = (all: Record<string, string>) => all[basedOn ?? ''];
  if (known.basedOn !== basedOn || urlOf(known.remotes) !== urlOf(remotes)) return false;
  const bytes = more.reduce((sum, { size }) => sum + size, 0);
  return more.length < LONGEST_CHAIN && bytes <= Math.max(first?.size ?? 0, SMALL_BYTES);
}

/** Everything that is to be had again, by the names that it has in a bundle. */
function tipsOf(entry: Pick<ArchivedRepository, 'refs' | 'stashes' | 'index' | 'files' | 'head'>) {
  const { refs, stashes, index, files, head } = entry;
  const own = {
    ...Object.fromEntries(stashes.map(({ id }, place) => [`stash/${place}`, id])),
    ...(index && { index }),
    files,
    ...(head && { head }),
  };
  const named = Object.entries(own).map(([name, id]) => [`refs/replicas/${name}`, id]);
  return { ...refs, ...(Object.fromEntries(named) as Record<string, string>) };
}

/** The index of the side folder as a commit, so that it can be in a bundle; behind the last one, so that what that has is left out. */
async function commitIndex({ git }: SideFolder, head: string | null, last?: string | null): Promise<string> {
  const ask = async (args: string[], options?: GitOptions) =>
    (await git(args, options)).stdout.toString('utf8').trim();
  const tree = await ask(['write-tree', '--missing-ok']);
  const lastTree = last
    ? await ask(['rev-parse', '--verify', '--quiet', `${last}^{tree}`], { accept: [0, 1, 128] })
    : '';
  if (last && lastTree === tree) return last;
  const parents = [head, lastTree && last].flatMap((id) => (id ? ['-p', id] : []));
  return ask(['commit-tree', tree, ...parents, '-m', 'archived'], { variables: NOBODY });
}

interface Range {
  tips: Record<string, string>;
  had: Record<string, string>;
  basis: readonly string[];
}

/** Null when there is nothing new. */
async function createBundle({ git, path }: SideFolder, { tips, had, basis }: Range): Promise<string | null> {
  const known = new Set(Object.values(had));
  if (Object.values(tips).every((id) => known.has(id))) return null;
  const created = Object.entries(tips).map(([name, id]) => `create ${name} ${id}\n`);
  await git(['update-ref', '--stdin'], { input: Buffer.from(created.join('')) });
  const there = await existing(git, [...known]);
  const wanted = [...Object.keys(tips), ...[...basis, ...there].map((id) => `^${id}`), ''].join('\n');
  const file = join(path, 'bundle');
  const bundle = ['bundle', 'create', '--quiet', file, '--stdin'];
  return git(bundle, { input: Buffer.from(wanted) }).then(
    () => file,
    (error: Error) => {
      if (error.message.includes('empty bundle')) return null; // all of it was there under another name
      throw error;
    },
  );
}

const HEADER_BYTES = 4 * 1024 * 1024;

/** They stand in the header, each behind a dash. */
async function readPrerequisites(file: string): Promise<string[]> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const text = buffer.subarray(0, bytesRead).toString('latin1');
    const header = text.slice(0, text.indexOf('\n\n') + 1);
    return [...header.matchAll(/^-([\da-f]+)/gm)].map(([, id = '']) => id);
  } finally {
    await handle.close();
  }
}

function tooLarge(size: number): RepositoryError {
  const message = `What its remote does not have of it takes ${size} bytes, more than ARCHIVE_REPOSITORY_BYTES.`;
  return new RepositoryError({ code: 'repo_too_large', message });
}
