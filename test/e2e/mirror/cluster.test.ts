import { randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { parseRedisUrl } from '../../../src/environment/redis-url.ts';
import { openFleet } from '../../../src/fleet/fleet.ts';
import { RedisLog } from '../../../src/mirror/redis-log.ts';
import { startRedis, type RedisServer } from '../../support/redis-server.ts';
import { describeSharedLog, batchOf, idOf } from '../../support/shared-log-conformance.ts';

const nodes: RedisServer[] = [];
let url = '';

beforeAll(async () => {
  for (let count = 0; count < 3; count += 1) nodes.push(await startRedis('--cluster-enabled', 'yes'));
  const places = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await promisify(execFile)('redis-cli', ['--cluster', 'create', ...places, '--cluster-yes']);
  await vi.waitFor(
    async () => expect(await nodes[0]!.ask('CLUSTER', 'INFO')).toContain('cluster_state:ok'),
    60_000,
  );
  url = `redis-cluster://${places[0]}`;
});
afterAll(() => Promise.all(nodes.map((node) => node.remove())));

const openLog = (workspaceId: string) =>
  new RedisLog({ address: parseRedisUrl(url)!, workspaceId, feedEvents: 1000 });

describeSharedLog('a cluster of three nodes', {
  empty() {
    const workspaceId = randomUUID();
    return () => openLog(workspaceId);
  },
});

it('one reader follows the workspaces of all nodes of a cluster', async () => {
  const names = Array.from({ length: 12 }, () => randomUUID());
  for (const name of names) {
    const log = openLog(name);
    const claim = await log.claim({ owner: 'a', epoch: 0, headId: null });
    if (claim.kind !== 'claimed') throw new Error(claim.kind);
    await log.append({ holder: { owner: 'a', epoch: claim.epoch }, afterId: null, batch: batchOf(1) });
    log.close();
  }
  const fleet = openFleet(url);
  const keys = new Set<string>();
  for await (const { key, acknowledge } of fleet.follow({ group: 'g', from: 'oldest' })) {
    acknowledge();
    keys.add(key);
    if (names.every((name) => keys.has(`${name}/${idOf(1)}`))) break;
  }

  expect((await fleet.status()).reduce((sum, { events }) => sum + events, 0)).toBeGreaterThanOrEqual(12);
  fleet.close();
});
