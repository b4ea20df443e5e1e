import type { ChatRecord, ClockReading } from '../../contract/records.ts';

/**
 * How long the turn of a chat has run: by the machine's monotonic clock, which goes on while no engine runs; by the wall
 * clock if the machine was booted since.
 */
export function durationOf({ turn }: ChatRecord, now: { at: Date; clock: ClockReading }): number {
  if (turn === null) return 0;
  const { clock, startedAt } = turn;
  const isComparable = clock?.bootId === now.clock.bootId;
  const durationMs = isComparable ? now.clock.ms - clock.ms : now.at.getTime() - Date.parse(startedAt);
  return Math.max(0, durationMs);
}

/** The clock of this boot of the machine. */
export function monotonicClock(bootId: string): () => ClockReading {
  return () => ({ bootId, ms: Number(process.hrtime.bigint() / 1_000_000n) });
}
