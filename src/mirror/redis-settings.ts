import type { RedisAddress } from '../environment/redis-url.ts';
import { RedisConnection } from './redis-connection.ts';

/** How a Redis is set up; null when it does not tell. @throws {SharedLogError} when it does not answer. */
export function readRedisSettings(
  address: RedisAddress,
  names: readonly string[],
): Promise<Record<string, string> | null> {
  const connection = new RedisConnection(address);
  const settings = connection.ask(async (redis) => {
    await redis.get('replicas:{0}:doctor'); // its answer does not matter: a login or a node may be refused
    const answers = await Promise.all(names.map((name) => redis.config('GET', name))).catch(() => null);
    return answers && Object.fromEntries(answers as [string, string][]);
  });
  return settings.finally(() => connection.close());
}
