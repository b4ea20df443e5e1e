import { statSync } from 'node:fs';
import { join } from 'node:path';
import { strangeKindOf, UnfitFileError } from '../storage/regular-file.ts';
import { RepositoryError } from './git.ts';
import { gitFolderOf } from './git-folder.ts';
import { attempt } from '../storage/attempt.ts';

/** What git reads whatever it is asked. */
const FILES = [
  'HEAD',
  'config',
  'config.worktree',
  'commondir',
  'index',
  'packed-refs',
  'shallow',
  'info/attributes',
  'info/exclude',
  'info/sparse-checkout',
  'objects/info/alternates',
];

/**
 * git opens what it finds under these names and waits for ever where that is a named pipe.
 * @throws {RepositoryError} naming the offender.
 */
export async function checkGitFiles(folder: string): Promise<void> {
  const gitFolder = await gitFolderOf(folder).catch(explainUnfit);
  if (gitFolder === undefined) return; // git says what is wrong
  for (const path of FILES.map((name) => join(gitFolder, name))) {
    // What cannot be looked at (a link to itself, a folder that may not be entered) is git's to complain of.
    const stats = attempt(() => statSync(path, { throwIfNoEntry: false }), undefined);
    const kind = stats && strangeKindOf(stats);
    if (kind !== undefined) throw unfit(`${path} is ${kind}, not a file.`);
  }
}

/** A file that may not be one is named; any other failure is left to whoever reads on. */
export function explainUnfit(error: unknown): undefined {
  if (error instanceof UnfitFileError && error.reason === 'noFile') throw unfit(error.message);
}

function unfit(message: string): RepositoryError {
  return new RepositoryError({ code: 'repo_unreadable', message });
}
