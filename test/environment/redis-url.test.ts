import { describe, expect, it } from 'vitest';
import { describeRedis, parseRedisUrl } from '../../src/environment/redis-url.ts';
import { parseEnvironment } from '../../src/environment/engine-env.ts';

const NODE = { host: 'redis.test', port: 6379 };
const PLAIN = { nodes: [NODE], isCluster: false, isEncrypted: false, database: 0 };

describe('the URL of a Redis', () => {
  it.each([
    ['redis://redis.test', PLAIN],
    ['redis://redis.test:6380/2', { ...PLAIN, nodes: [{ ...NODE, port: 6380 }], database: 2 }],
    ['rediss://redis.test/', { ...PLAIN, isEncrypted: true }],
    ['redis://:p%40ss@redis.test', { ...PLAIN, password: 'p@ss' }],
    ['redis://ada:p:w@redis.test', { ...PLAIN, username: 'ada', password: 'p:w' }],
    ['redis://[::1]:6380', { ...PLAIN, nodes: [{ host: '::1', port: 6380 }] }],
    [
      'rediss-cluster://ada:pw@a.test:1,b.test:2',
      {
        nodes: [
          { host: 'a.test', port: 1 },
          { host: 'b.test', port: 2 },
        ],
        isCluster: true,
        isEncrypted: true,
        username: 'ada',
        password: 'pw',
        database: 0,
      },
    ],
  ])('%s says where it is and how to come in', (url, address) => {
    expect(parseRedisUrl(url)).toEqual(address);
  });

  it.each([
    'http://redis.test',
    'redis://',
    'redis://a.test,b.test',
    'redis-cluster://a.test/1',
    'redis://a.test:70000',
    'redis://a.test:x',
    'redis://a.test/0?tls=1',
  ])('%s is none', (url) => {
    expect(parseRedisUrl(url)).toBeNull();
  });

  it('is shown without user and password', () => {
    expect(describeRedis(parseRedisUrl('redis-cluster://ada:pw@a.test:1,b.test:2')!)).toBe(
      'a.test:1, b.test:2',
    );
  });

  it('is not shown at all when it is wrong', () => {
    const required = { REPLICAS_ENGINE_SECRET: 's', WORKSPACE_ID: 'w', MONOLITH_URL: 'http://monolith.test' };

    expect(() => parseEnvironment({ ...required, REPLICA_LOG_URL: 'redis:/ada:hidden@a.test' })).toThrow(
      /REPLICA_LOG_URL must be redis:\/\/, rediss:\/\/ \(with TLS\), .*(?!hidden)/,
    );
    expect(() => parseEnvironment({ ...required, REPLICA_LOG_URL: 'redis:/ada:hidden@a.test' })).not.toThrow(
      /hidden/,
    );
  });
});
