import { setTimeout as delay } from 'node:timers/promises';

/** True when `done` settles in time. */
export async function isWithin(done: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const limit = new AbortController();
  const late = delay(milliseconds, false, { signal: limit.signal, ref: false }).catch(() => false);
  try {
    return await Promise.race([done.then(() => true), late]);
  } finally {
    limit.abort();
  }
}
