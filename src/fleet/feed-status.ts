import type { RedisConnection } from '../mirror/redis-connection.ts';
import { askFeeds, countOf } from './feeds.ts';
import type { FeedStatus, GroupStatus } from './fleet-types.ts';

type Entry = [id: string, fields: string[]];

export function readFeeds(connection: RedisConnection): Promise<FeedStatus[]> {
  return askFeeds(connection, async (redis, feed) => {
    const stream = toRecord(await redis.xinfo('STREAM', feed).catch(() => [])); // nobody wrote to it yet
    const first = stream['first-entry'] as Entry | null | undefined;
    if (!first) return { feed, events: 0, groups: [] };
    const last = countOf(stream['last-generated-id']);
    const events = last - countOf(first[0]) + (first[1][3] ?? '').split('\n').length;
    const groups = (await redis.xinfo('GROUPS', feed)) as unknown[];
    return { feed, events, groups: groups.map((group) => toGroup(toRecord(group), last)) };
  });
}

function toGroup(told: Record<string, unknown>, last: number): GroupStatus {
  return {
    name: String(told['name']),
    consumers: Number(told['consumers']),
    pending: Number(told['pending']),
    lag: last - countOf(told['last-delivered-id']),
  };
}

/** Redis tells names and values in turn. */
function toRecord(answer: unknown): Record<string, unknown> {
  const pairs = answer as unknown[];
  return Object.fromEntries(
    pairs.flatMap((name, index) => (index % 2 === 0 ? [[name, pairs[index + 1]]] : [])),
  );
}
