import { describe, expect, it, vi } from 'vitest';
import type { CommittedLines } from '../../src/journal/journal-options.ts';
import { MirrorLag } from '../../src/mirror/mirror-lag.ts';
import { idOf } from '../journal/open-test-journal.ts';

/** A journal that begins with sequence 1, 100 bytes an event, on a clock the test owns. */
function startLag() {
  let [now, sequence] = [0, 0];
  let announce = (): void => undefined;
  const journal = {
    get committedId() {
      return idOf(sequence);
    },
    startId: idOf(0),
    get bytes() {
      return sequence * 100;
    },
    onCommit(listener: (lines: CommittedLines) => void) {
      announce = () => listener({ bytes: Buffer.alloc(0), passed: [] });
      return () => undefined;
    },
  };
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const lag = new MirrorLag(journal);
  const commit = (count: number, at: number) => {
    [now, sequence] = [at, sequence + count];
    announce();
  };
  const read = (copiedId: string | null) => {
    lag.note(copiedId);
    return lag.read();
  };
  const pass = (ms: number) => (now += ms);
  return { read, commit, pass };
}

describe('the lag of a mirror', () => {
  it('is nothing when everything was copied, however long ago', () => {
    const { read, commit, pass } = startLag();
    commit(3, 10);
    pass(60_000);

    expect(read(idOf(3))).toEqual({ events: 0, bytes: 0, ms: 0 });
  });

  it('counts what is on disk and not copied, and how long the oldest of it has been', () => {
    const { read, commit, pass } = startLag();
    commit(3, 1_000);
    commit(2, 2_000);
    commit(5, 3_000);
    pass(500);

    expect(read(null)).toEqual({ events: 10, bytes: 1_000, ms: 2_500 });
    expect(read(idOf(3))).toEqual({ events: 7, bytes: 700, ms: 1_500 });
    expect(read(idOf(5))).toEqual({ events: 5, bytes: 500, ms: 500 });
  });

  it('stays about right over days of commits', () => {
    const { read, commit } = startLag();
    for (let at = 10; at <= 1_000_000; at += 10) commit(1, at);

    const { ms } = read(idOf(50_000));

    expect(Math.abs(ms - 500_000)).toBeLessThan(5_000);
  });
});
