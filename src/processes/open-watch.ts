import { watch, type FSWatcher } from 'node:fs';

/**
 * Tells of changes of a file, or of the entries of a folder, with the name where that is known. Undefined where it cannot be
 * watched, most often because other programs took the last watch of this user: whoever asks looks now and then as well.
 */
export function openWatch(path: string, onChange: (name?: string | null) => void): FSWatcher | undefined {
  try {
    const watcher = watch(path, { persistent: false }, (_, name) => onChange(name));
    watcher.on('error', () => {
      watcher.close();
      onChange();
    });
    return watcher;
  } catch {
    return undefined;
  }
}
