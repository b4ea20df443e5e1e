import { debounce } from './debounce.ts';
import type { FolderFile } from './folder-files.ts';
import { watchFolder } from './watch-folder.ts';

const QUIET = { quietMs: 150, mostMs: 1_000 };

/** A file that was written or removed, as its list shows it. */
export interface FileChange<File extends FolderFile> {
  file: File;
  change: 'written' | 'removed';
}

interface Watched<File extends FolderFile> {
  folders: readonly string[];
  /** The files in those folders, newest first. */
  list: () => Promise<File[]>;
}

/** Announces files as they are written and removed, from now on. Returns the means to stop. */
export function watchFiles<File extends FolderFile & { source?: string }>(
  { folders, list }: Watched<File>,
  announce: (change: FileChange<File>) => void,
): () => void {
  let isStopped = false;
  let known = list();
  const look = () => {
    known = known.then(async (before) => {
      const now = await list();
      if (!isStopped) for (const change of changesBetween(before, now)) announce(change);
      return now;
    });
  };
  const soon = debounce(look, QUIET);
  const stops = folders.map((folder) => watchFolder(folder, soon.ask));
  return () => {
    isStopped = true;
    soon.cancel();
    for (const stop of stops) stop();
  };
}

function changesBetween<File extends FolderFile & { source?: string }>(
  before: readonly File[],
  now: readonly File[],
): FileChange<File>[] {
  const [earlier, current] = [byKey(before), byKey(now)];
  const removed = before.filter((file) => !current.has(keyOf(file)));
  const written = now.filter((file) => !isSame(file, earlier.get(keyOf(file))));
  return [
    ...removed.map((file) => ({ file, change: 'removed' as const })),
    ...written.toReversed().map((file) => ({ file, change: 'written' as const })),
  ];
}

function byKey<File extends FolderFile & { source?: string }>(files: readonly File[]): Map<string, File> {
  return new Map(files.map((file) => [keyOf(file), file]));
}

function isSame(one: FolderFile, other: FolderFile | undefined): boolean {
  return one.sizeBytes === other?.sizeBytes && one.updatedAt === other.updatedAt;
}

function keyOf({ source = '', filename }: FolderFile & { source?: string }): string {
  return `${source}/${filename}`;
}
