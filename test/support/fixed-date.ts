import { afterEach, beforeEach, vi } from 'vitest';

/** In every test of a file it is this moment; timers run as ever. */
export function fixDate(now: string): void {
  beforeEach(() => void vi.useFakeTimers({ now: new Date(now), toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());
}
