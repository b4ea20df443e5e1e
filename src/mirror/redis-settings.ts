import type { RedisAddress } from '../environment/redis-url.ts';
import { connectRedis, toSharedLogError } from './connect-redis.ts';

/** How a Redis is set up; null when it does not tell. @throws {SharedLogError} when it does not answer. */
export async function readRedisSettings(
  address: RedisAddress,
  names: readonly string[],
): Promise<Record<string, string> | null> {
  const redis = await connectRedis(address);
  try {
    await redis.get('replicas:{0}:doctor'); // its answer does not matter: a login or a node may be refused
    const answers = await Promise.all(names.map((name) => redis.config('GET', name))).catch(() => null);
    return answers && Object.fromEntries(answers as [string, string][]);
  } catch (error) {
    throw toSharedLogError(error);
  } finally {
    redis.disconnect();
  }
}
