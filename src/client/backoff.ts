export interface Backoff {
  /** Upper bound of the first wait, in milliseconds; each further one is twice as long. */
  firstDelayMs: number;
  longestDelayMs: number;
}

export const DEFAULT_BACKOFF: Backoff = { firstDelayMs: 250, longestDelayMs: 10_000 };

/** How long to wait after `failures` failures in a row, in milliseconds: between half and all of the bound. */
export function delayAfter(failures: number, { firstDelayMs, longestDelayMs }: Backoff): number {
  const bound = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, failures - 1));
  return bound * (0.5 + Math.random() / 2);
}

/** Resolves after `milliseconds`; rejects with the signal's reason when that comes first. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
