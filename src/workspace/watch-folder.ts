import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import { codeOf } from '../storage/attempt.ts';

const RETRY_MS = 30_000;

/**
 * Calls `onChange` when an entry of the folder comes, goes or is written: not below it. While the folder is missing its
 * nearest existing parent is watched instead. Where the machine has no watches left, it is called twice a minute.
 * Returns the means to stop.
 */
export function watchFolder(folder: string, onChange: (name: string | null) => void): () => void {
  let watcher: FSWatcher | undefined;
  let retry: NodeJS.Timeout | undefined;
  let watched = '';
  let isStopped = false;

  function arm(): void {
    watcher?.close();
    clearTimeout(retry);
    if (isStopped) return;
    const opened = openWatch(folder, changed);
    watcher = opened?.watcher;
    watched = opened?.folder ?? '';
    watcher?.on('error', later);
    if (opened === undefined) later();
  }

  function changed(event: string, name: string | null): void {
    const isGone = event === 'rename' && watched === folder && name === basename(folder);
    if ((event === 'rename' && watched !== folder) || isGone) arm();
    if (watched === folder || isGone) onChange(name);
  }

  function later(): void {
    watcher?.close();
    clearTimeout(retry);
    retry = setTimeout(() => {
      arm();
      onChange(null);
    }, RETRY_MS);
    retry.unref();
  }

  arm();
  return () => {
    isStopped = true;
    clearTimeout(retry);
    watcher?.close();
  };
}

/** Of the folder, or of the nearest parent that is there. */
function openWatch(
  folder: string,
  listener: (event: string, name: string | null) => void,
): { watcher: FSWatcher; folder: string } | undefined {
  for (let candidate = folder; ; candidate = dirname(candidate)) {
    try {
      return { watcher: watch(candidate, { persistent: false }, listener), folder: candidate };
    } catch (error) {
      const isMissing = ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '');
      if (!isMissing || candidate === dirname(candidate)) return undefined;
    }
  }
}
