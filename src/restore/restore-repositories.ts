import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Unrestored } from '../../machines/boot.machine.ts';
import type { ArchivedRepository } from '../archive/manifest.ts';
import { restoreRepository } from '../archive/repository/restore.ts';
import { reasonOf } from '../contract/reason-of.ts';
import type { RestoreProgress } from '../contract/status.ts';
import type { Paths } from '../environment/paths.ts';
import { TEMPORARY_SUFFIX } from '../storage/replace-file.ts';
import type { Git } from '../workspace/git.ts';

export interface RestoreRepositoriesOptions {
  paths: Paths;
  git: Git;
  /** Of the restoration. */
  epoch: number;
  onProgress: (progress: RestoreProgress) => void;
}

/** Where the bundles of a repository lie, below the home, until that is restored; those that are kept are in nobody's way later. */
export function bundlePathsOf({ name, bundles }: ArchivedRepository, epoch: number): string[] {
  const folder = join('.replicas', 'engine', 'restored', String(epoch), encodeURIComponent(name));
  return bundles.map((_, place) => join(folder, `${place}.bundle`));
}

/** Makes repositories again of their bundles, one after the other; tells what could not be, of which the bundles are kept. */
export async function restoreRepositories(
  entries: readonly ArchivedRepository[],
  options: RestoreRepositoriesOptions,
): Promise<Unrestored[]> {
  const sizeOf = ({ bundles }: ArchivedRepository) => bundles.reduce((sum, { size }) => sum + size, 0);
  const total = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  const unrestored: Unrestored[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const { name: repository, omitted } = entry;
    for (const { path, reason } of omitted)
      unrestored.push({
        message: `${path} of the repository ${repository} is not in the archive: ${reason}`,
        context: { repository, path },
      });
    unrestored.push(...(await restoreOne(entry, options)));
    bytes += sizeOf(entry);
    const percent = Math.floor((100 * bytes) / Math.max(1, total));
    options.onProgress({ phase: 'repositories', percent, bytes });
  }
  return unrestored;
}

/** A folder that is not there yet comes as a whole. A bundle that did not come was told already. */
async function restoreOne(
  entry: ArchivedRepository,
  { paths, git, epoch }: RestoreRepositoriesOptions,
): Promise<Unrestored[]> {
  const repository = entry.name;
  const bundles = bundlePathsOf(entry, epoch).map((path) => join(paths.home, path));
  if (!bundles.every((path) => existsSync(path))) return [];
  const bundle = dirname(bundles[0]!); // also of what an engine that was killed had begun there
  const folder = join(paths.home, entry.path);
  const made = join(dirname(folder), `.${basename(folder)}${TEMPORARY_SUFFIX}`);
  const isThere = existsSync(folder);
  try {
    await rm(made, { recursive: true, force: true });
    const options = { git, bundles, scratch: bundle };
    const lost = await restoreRepository(isThere ? folder : made, entry, options);
    if (!isThere) await rename(made, folder);
    await rm(bundle, { recursive: true });
    return lost.map((ref) => ({
      message: `${ref} of the repository ${repository} could not be restored: its remote has lost the commit.`,
      context: { repository, ref },
    }));
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    const reason = reasonOf(error);
    const message = `The repository ${repository} could not be restored: ${reason} What was archived of it is in ${bundle}.`;
    return [{ message, context: { repository, bundle } }];
  }
}
