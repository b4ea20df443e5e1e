import { basename, dirname } from 'node:path';
import { debounce } from '../workspace/debounce.ts';
import { watchFolder } from '../workspace/watch-folder.ts';

export interface WatchFileOptions {
  /** Called after changes, never twice at a time. */
  onChange: () => Promise<void>;
  /** Changes within this time count as one, in milliseconds. */
  gatherMs: number;
  onError: (error: unknown) => void;
}

/** Watches a file that others replace, also while it is not there. Returns the means to stop. */
export function watchFile(path: string, { onChange, gatherMs, onError }: WatchFileOptions): () => void {
  let last: Promise<void> = Promise.resolve();
  const look = () => void (last = last.then(onChange).catch(onError));
  const soon = debounce(look, { quietMs: gatherMs, mostMs: gatherMs });
  const stop = watchFolder(
    dirname(path),
    (name) => (name ?? basename(path)) === basename(path) && soon.ask(),
  );
  return () => {
    stop();
    soon.cancel();
  };
}
