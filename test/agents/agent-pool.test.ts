import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAgentPool } from '../../src/agents/agent-pool.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function fill({ processesMax = 8, ids = ['a', 'b', 'c'] }: { processesMax?: number; ids?: string[] }) {
  const pool = createAgentPool({ idleMs: 1_000, processesMax });
  const retired: string[] = [];
  for (const id of ids) pool.join(id, () => void retired.push(id));
  return { pool, retired };
}

describe('a pool of agents', () => {
  it('retires whoever rests too long', () => {
    const { pool, retired } = fill({});
    pool.rest('b');
    vi.advanceTimersByTime(999);
    expect(retired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(retired).toEqual(['b']);
  });

  it('counts the time from the last work', () => {
    const { pool, retired } = fill({});
    pool.rest('a');
    vi.advanceTimersByTime(900);
    pool.work('a');
    pool.rest('a');
    vi.advanceTimersByTime(900);
    pool.rest('a');
    vi.advanceTimersByTime(99);
    expect(retired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(retired).toEqual(['a']);
  });

  it('retires the one that rested longest when there are too many', () => {
    const { pool, retired } = fill({ processesMax: 3 });
    pool.rest('b');
    pool.rest('a');
    pool.join('d', () => {});
    expect(retired).toEqual(['b']);
  });

  it('lets all work that do, and retires the first to rest', () => {
    const { pool, retired } = fill({ processesMax: 2 });
    expect(retired).toEqual([]);
    pool.rest('c');
    expect(retired).toEqual(['c']);
  });

  it('forgets whoever left', () => {
    const { pool, retired } = fill({});
    pool.rest('a');
    pool.leave('a');
    pool.rest('a');
    pool.work('a');
    vi.advanceTimersByTime(2_000);
    expect(retired).toEqual([]);
  });
});
