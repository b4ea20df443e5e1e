import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { examineSharedLog } from '../../../src/cli/doctor/shared-log.ts';
import { parseRedisUrl } from '../../../src/environment/redis-url.ts';
import { RedisLog } from '../../../src/mirror/redis-log.ts';
import { startRedis, type RedisServer } from '../../support/redis-server.ts';
import { describeSharedLog } from '../../support/shared-log-conformance.ts';

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.remove());

describeSharedLog('Redis', {
  empty() {
    const workspaceId = randomUUID();
    return () => new RedisLog({ address: redis.address, workspaceId, feedEvents: 1000 });
  },
});

it('doctor is content with a Redis that keeps what it acknowledges', async () => {
  expect(await examineSharedLog(redis.address)).toEqual({
    state: 'good',
    text: `127.0.0.1:${redis.port} answers and keeps what it acknowledges`,
  });
});

it('doctor names the settings by which a Redis may lose something, and how they are set', async () => {
  await redis.ask('CONFIG', 'SET', 'appendfsync', 'everysec', 'maxmemory-policy', 'allkeys-lru');

  expect(await examineSharedLog(redis.address)).toEqual({
    state: 'doubtful',
    text: `127.0.0.1:${redis.port} may lose what it acknowledged: appendfsync everysec, maxmemory-policy allkeys-lru`,
    remedy: 'Set appendfsync always, maxmemory-policy noeviction in redis.conf, or by CONFIG SET.',
  });
});

it('doctor tells why a Redis cannot be used, without the password', async () => {
  const address = parseRedisUrl(`redis://:not-the-password@127.0.0.1:${redis.port}`)!;
  await redis.ask('CONFIG', 'SET', 'requirepass', 'the-password');
  const finding = await examineSharedLog(address);
  await redis.ask('-a', 'the-password', 'CONFIG', 'SET', 'requirepass', '');

  expect(finding).toEqual({
    state: 'bad',
    text: `127.0.0.1:${redis.port} cannot be used (WRONGPASS invalid username-password pair or user is disabled.)`,
    remedy: 'Check REPLICA_LOG_URL, and that Redis runs there.',
  });
});
