import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Unrestored } from '../../machines/boot.machine.ts';
import type { ArchivedRepository } from '../archive/manifest.ts';
import { restoreRepository } from '../archive/repository/restore.ts';
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

/** Where the bundle of a repository lies, below the home, until that is restored; one that is kept is in nobody's way later. */
export function bundlePathOf({ name }: Pick<ArchivedRepository, 'name'>, epoch: number): string {
  return join('.replicas', 'engine', 'restored', String(epoch), `${encodeURIComponent(name)}.bundle`);
}

/** Makes repositories again of their bundles, one after the other; tells which could not be, of which the bundle is kept. */
export async function restoreRepositories(
  entries: readonly ArchivedRepository[],
  options: RestoreRepositoriesOptions,
): Promise<Unrestored[]> {
  const { paths, epoch, onProgress } = options;
  const total = entries.reduce((sum, { bundle }) => sum + bundle.size, 0);
  const unrestored: Unrestored[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const { name: repository, omitted } = entry;
    const bundle = join(paths.home, bundlePathOf(entry, epoch));
    for (const { path, reason } of omitted)
      unrestored.push({
        message: `${path} of the repository ${repository} is not in the archive: ${reason}`,
        context: { repository, path },
      });
    const reason = existsSync(bundle) ? await restoreOne(entry, bundle, options) : '';
    const message = `The repository ${repository} could not be restored: ${reason} What was archived of it is in ${bundle}.`;
    if (reason === '') await rm(bundle, { force: true });
    else unrestored.push({ message, context: { repository, bundle } });
    bytes += entry.bundle.size;
    onProgress({ phase: 'repositories', percent: Math.floor((100 * bytes) / Math.max(1, total)), bytes });
  }
  return unrestored;
}

/** Why it could not be; empty when it could. A folder that is not there yet comes as a whole. */
async function restoreOne(
  entry: ArchivedRepository,
  bundle: string,
  { paths, git }: RestoreRepositoriesOptions,
): Promise<string> {
  const folder = join(paths.home, entry.path);
  const made = join(dirname(folder), `.${basename(folder)}${TEMPORARY_SUFFIX}`);
  const rest = { git, bundle, scratch: dirname(bundle) };
  try {
    await rm(made, { recursive: true, force: true });
    if (existsSync(folder)) await restoreRepository(folder, entry, rest);
    else {
      await restoreRepository(made, entry, rest);
      await rename(made, folder);
    }
    return '';
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    return error instanceof Error ? error.message : String(error);
  }
}
