import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';

export interface WatchFileOptions {
  /** Called after changes, never twice at a time. */
  onChange: () => Promise<void>;
  /** Changes within this time count as one, in milliseconds. */
  gatherMs: number;
  onError: (error: unknown) => void;
}

/** Watches a file that others replace, also while it is not there. Returns the means to stop. */
export function watchFile(path: string, { onChange, gatherMs, onError }: WatchFileOptions): () => void {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  let last: Promise<void> = Promise.resolve();
  const look = () => {
    timer = null;
    last = last.then(onChange).catch(onError);
  };
  const gather = (_event: string, name: string | null) => {
    if (name === basename(path)) timer ??= setTimeout(look, gatherMs).unref();
  };
  try {
    watch(dirname(path), { persistent: false, signal: stop.signal }, gather).on('error', onError);
  } catch (error) {
    // The system watches too much already: its owner does without.
    onError(error);
  }
  return () => {
    stop.abort();
    if (timer !== null) clearTimeout(timer);
  };
}
