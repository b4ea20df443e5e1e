import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openFleet, type Fleet, type FleetEvent } from '../../../src/fleet/fleet.ts';
import { RedisLog } from '../../../src/mirror/redis-log.ts';
import { PROGRAM } from '../../support/engine-process.ts';
import { startRedis, type RedisServer } from '../../support/redis-server.ts';
import { batchOf, idOf } from '../../support/shared-log-conformance.ts';

let redis: RedisServer;
let fleet: Fleet;

beforeEach(async () => {
  redis = await startRedis();
  onTestFinished(() => redis.remove());
  fleet = openFleet(redis.url);
  onTestFinished(() => fleet.close());
});

/** Has engines write so many events each; more each time they are asked. */
function startEngines(workspaces: number) {
  const logs = Array.from({ length: workspaces }, (_, index) => {
    const workspaceId = `workspace-${index}`;
    return { log: new RedisLog({ address: redis.address, workspaceId, feedEvents: 100_000 }), head: 0 };
  });
  return {
    async write(events: number) {
      for (const engine of logs) {
        const { log, head } = engine;
        const claim = await log.claim({ owner: 'a', epoch: 0, headId: head === 0 ? null : idOf(head) });
        if (claim.kind !== 'claimed') throw new Error(claim.kind);
        const batch = batchOf(head + 1, ...Array.from({ length: events }, () => 1));
        const holder = { owner: 'a', epoch: claim.epoch };
        await log.append({ holder, afterId: claim.headId, batch });
        engine.head += events;
      }
    },
    close: () => logs.forEach(({ log }) => log.close()),
  };
}

async function take(events: AsyncIterator<FleetEvent>, count: number): Promise<FleetEvent[]> {
  const taken = [];
  while (taken.length < count) taken.push((await events.next()).value as FleetEvent);
  return taken;
}

const keysOf = (events: readonly FleetEvent[]) => events.map(({ key }) => key);

describe('the feed of the fleet', () => {
  it('brings the events of all workspaces, those of each in order, without their private part', async () => {
    const engines = startEngines(20);
    await engines.write(3);
    const events = fleet.follow({ group: 'control-plane', from: 'oldest' });

    const taken = await take(events, 60);
    await events.return?.();
    engines.close();

    for (const index of Array.from({ length: 20 }).keys()) {
      const own = taken.filter(({ workspaceId }) => workspaceId === `workspace-${index}`);
      expect(own.map(({ event }) => event)).toEqual(
        [1, 2, 3].map((sequence) => ({
          id: idOf(sequence),
          ts: '2026-01-01T00:00:00.000Z',
          type: 'engine.ready',
          payload: { version: 'v1' },
        })),
      );
    }
    expect(new Set(keysOf(taken)).size).toBe(60);
  });

  it('shares them out in a group, and gives a consumer that comes back the batches it had not acknowledged whole', async () => {
    const engines = startEngines(1);
    const first = fleet.follow({ group: 'g', consumer: 'a', from: 'oldest' });
    for (const events of [1, 2, 1]) await engines.write(events);
    const [one, two] = await take(first, 3);
    for (const event of [one, two]) event!.acknowledge();
    await first.return?.();

    const again = fleet.follow({ group: 'g', consumer: 'a' });
    const rest = await take(again, 3);
    await again.return?.();
    engines.close();

    expect(keysOf(rest)).toEqual([2, 3, 4].map((sequence) => `workspace-0/${idOf(sequence)}`));
  });

  it('takes over what a consumer that died had not acknowledged', async () => {
    const engines = startEngines(1);
    await engines.write(2);
    const dead = fleet.follow({ group: 'g', consumer: 'dead', from: 'oldest' });
    const had = await take(dead, 2);

    const living = fleet.follow({ group: 'g', consumer: 'living', takeOverMs: 1 });
    const taken = await take(living, 2);
    await Promise.all([living.return?.(), dead.return?.()]);
    engines.close();

    expect(keysOf(taken)).toEqual(keysOf(had));
  });

  it('goes on when Redis was killed, and loses nothing', async () => {
    const engines = startEngines(3);
    await engines.write(2);
    const reasons: string[] = [];
    const onAway = ({ message }: Error) => void reasons.push(message);
    const events = fleet.follow({ group: 'g', from: 'oldest', onAway });
    const before = await take(events, 6);
    for (const event of before) event.acknowledge();

    await redis.kill();
    const taking = take(events, 3);
    await expect.poll(() => reasons.length).toBeGreaterThan(0);
    await redis.start();
    engines.close(); // the next call opens another connection
    await engines.write(1);
    const seen = new Set(keysOf(await taking));
    while (seen.size < 3 || [...seen].some((key) => !key.endsWith(idOf(3)))) {
      const [event] = await take(events, 1);
      seen.add(event!.key);
      for (const key of keysOf(before)) seen.delete(key);
    }
    await events.return?.();
    engines.close();

    expect([...seen].toSorted()).toEqual([0, 1, 2].map((index) => `workspace-${index}/${idOf(3)}`));
  });

  it('goes on also without a group when Redis came back without what it had', async () => {
    const engines = startEngines(1);
    await engines.write(4);
    const events = fleet.follow({ from: 'oldest' });
    await take(events, 4);

    await redis.ask('FLUSHALL');
    await redis.kill();
    let key = '';
    const taking = take(events, 1).then(([event]) => (key = event!.key));
    await redis.start();
    const others = startEngines(1);
    await expect
      .poll(async () => {
        await others.write(1);
        return key;
      })
      .toMatch(/^workspace-0\//);
    await taking;
    await events.return?.();
    for (const { close } of [engines, others]) close();
  });

  it('is shown by `replicas-engine fleet status`', async () => {
    const engines = startEngines(1);
    await engines.write(2);
    const events = fleet.follow({ group: 'g', from: 'oldest' });
    await take(events, 2);
    const env = { PATH: process.env['PATH'], REPLICA_LOG_URL: redis.url };

    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, 'fleet', 'status'], { env });
    await events.return?.();
    engines.close();

    expect(stdout.split('\n').filter((line) => !line.endsWith('events 0') && line !== '')).toEqual([
      expect.stringMatching(/^replicas:\{\d+\}:feed {2}events 2$/),
      '  g  consumers 1  pending 1  not delivered 0',
    ]);
  });
});
