import { reasonOf } from '../../contract/reason-of.ts';
import { describeRedis, type RedisAddress } from '../../environment/redis-url.ts';
import { bad, doubtful, good, type Finding } from './check.ts';

/** What keeps a Redis from losing what it acknowledged. */
const NEEDED: Readonly<Record<string, string>> = {
  appendonly: 'yes',
  appendfsync: 'always',
  'maxmemory-policy': 'noeviction',
};

/** Whether the Redis of the mirror can be reached, and keeps what it is given. */
export async function examineSharedLog(address: RedisAddress): Promise<Finding> {
  const place = describeRedis(address);
  const { readRedisSettings } = await import('../../mirror/redis-settings.ts');
  try {
    const settings = await readRedisSettings(address, Object.keys(NEEDED));
    return settings === null
      ? doubtful(`${place} answers, but does not tell its settings`, `See that ${inWords(NEEDED)} is set.`)
      : judge(place, settings);
  } catch (error) {
    return bad(
      `${place} cannot be used (${reasonOf(error)})`,
      'Check REPLICA_LOG_URL, and that Redis runs there.',
    );
  }
}

function judge(place: string, settings: Readonly<Record<string, string>>): Finding {
  const wrong = Object.entries(NEEDED).filter(([name, value]) => settings[name] !== value);
  if (wrong.length === 0) return good(`${place} answers and keeps what it acknowledges`);
  const found = Object.fromEntries(wrong.map(([name]) => [name, settings[name] ?? '']));
  return doubtful(
    `${place} may lose what it acknowledged: ${inWords(found)}`,
    `Set ${inWords(Object.fromEntries(wrong))} in redis.conf, or by CONFIG SET.`,
  );
}

function inWords(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
