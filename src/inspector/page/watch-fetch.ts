/** A call that waits so long is looked into. */
const PATIENCE_MS = 4_000;
const PROBE_MS = 2_000;

export interface WatchFetchOptions {
  fetch: typeof fetch;
  /** Answers at once whenever the engine can be reached. */
  healthUrl: string;
  /** Told when calls wait for an answer and not even the health of the engine can be asked for, and when that is over. */
  onStuck: (isStuck: boolean) => void;
}

/** A `fetch` that tells of connections which cannot be had: a browser has six to an engine, for all its tabs. */
export function watchFetch({ fetch, healthUrl, onStuck }: WatchFetchOptions): typeof globalThis.fetch {
  const stuck = new Set<object>();
  return async (input, init) => {
    const call = { isOver: false };
    const patience = setTimeout(async () => {
      if ((await hasAnswer(fetch, healthUrl)) || call.isOver) return;
      stuck.add(call);
      onStuck(true);
    }, PATIENCE_MS);
    try {
      return await fetch(input, init);
    } finally {
      call.isOver = true;
      clearTimeout(patience);
      if (stuck.delete(call) && stuck.size === 0) onStuck(false);
    }
  };
}

/** An engine that cannot be reached at all is known to be away: that is another matter. */
async function hasAnswer(fetch: typeof globalThis.fetch, url: string): Promise<boolean> {
  const limit = AbortSignal.timeout(PROBE_MS);
  const asked = fetch(url, { cache: 'no-store', signal: limit });
  return asked.then(
    () => true,
    () => !limit.aborted,
  );
}
