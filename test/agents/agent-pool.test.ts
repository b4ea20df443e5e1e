import { describe, expect, it } from 'vitest';
import { createAgentPool } from '../../src/agents/agent-pool.ts';
import { createRandom, pick } from '../support/random.ts';

function fill({ processesMax = 8, ids = ['a', 'b', 'c'] }: { processesMax?: number; ids?: string[] }) {
  const pool = createAgentPool(processesMax);
  const retired: string[] = [];
  for (const id of ids) pool.join(id, () => void retired.push(id));
  return { pool, retired };
}

describe('a pool of agents', () => {
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
    expect(retired).toEqual([]);
  });

  it('asks an owner that declines once, and again after its next work', () => {
    const pool = createAgentPool(1);
    const asked: string[] = [];
    for (const id of ['a', 'b']) pool.join(id, () => void asked.push(id));
    pool.rest('a');
    pool.rest('a');
    pool.join('c', () => {});
    expect(asked).toEqual(['a']);
    pool.work('a');
    pool.rest('a');
    expect(asked).toEqual(['a', 'a']);
  });

  it('does not count those who were asked among those who stay', () => {
    const { pool, retired } = fill({ processesMax: 2, ids: ['a', 'b', 'c', 'd'] });
    for (const id of ['a', 'b', 'c', 'd']) pool.rest(id);
    expect(retired).toEqual(['a', 'b']);
  });

  it('makes room again when one that was asked goes on to work', () => {
    const { pool, retired } = fill({ processesMax: 2 });
    pool.rest('a');
    pool.rest('b');
    expect(retired).toEqual(['a']);
    pool.work('a');
    expect(retired).toEqual(['a', 'b']);
  });

  it.each([1, 2, 8])('ends with each word, whoever declines, at most %i living', (processesMax) => {
    const pool = createAgentPool(processesMax);
    const ids = Array.from({ length: 64 }, (_, index) => `member ${index}`);
    let asked = 0;
    // The rudest owner there can be: it answers at once, as if it had worked.
    const decline = (id: string) => () => {
      asked += 1;
      if (asked <= ids.length) pool.work(id);
    };
    for (const id of ids) pool.join(id, decline(id));
    for (const id of ids) pool.rest(id);
    expect(asked).toBe(ids.length);
  });

  it.each([1, 2, 3, 4, 5])('keeps no more than it may, and ends none at work (seed %i)', (seed) => {
    const random = createRandom(seed);
    const processesMax = 1 + Math.floor(random() * 8);
    const pool = createAgentPool(processesMax);
    const house = new Map<string, 'working' | 'resting' | 'declined' | 'leaving'>();
    const count = (state: string) => [...house.values()].filter((one) => one === state).length;
    const retire = (id: string) => () => {
      expect(house.get(id)).toBe('resting');
      house.set(id, pick(random, ['leaving', 'leaving', 'declined']));
    };
    const goOn = (id: string) => {
      const state = house.get(id);
      if (state === 'leaving') return void (house.delete(id) && pool.leave(id));
      house.set(id, state === 'working' ? 'resting' : 'working');
      if (state === undefined) return pool.join(id, retire(id));
      return state === 'working' ? pool.rest(id) : pool.work(id);
    };
    for (let step = 0; step < 5_000; step += 1) {
      goOn(`member ${Math.floor(random() * 40)}`);
      expect(count('resting')).toBeLessThanOrEqual(Math.max(0, processesMax - count('working')));
    }
  });
});
