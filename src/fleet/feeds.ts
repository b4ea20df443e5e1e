import type { RedisClient, RedisConnection } from '../mirror/redis-connection.ts';
import { SHARDS, feedKey } from '../mirror/keys.ts';
import type { FeedStatus, GroupStatus } from './fleet-types.ts';

/** An entry of a feed: events that came together, a line of JSON each. */
export interface FeedEntry {
  feed: string;
  id: string;
  workspaceId: string;
  lines: string;
}

const FEEDS: readonly string[] = Array.from({ length: SHARDS }, (_, shard) => feedKey(shard));

type Reply = [id: string, fields: string[] | null][];

/** What all feeds answer, one question each, sent together. @throws {SharedLogError} */
export function askFeeds<Answer>(
  connection: RedisConnection,
  question: (redis: RedisClient, feed: string) => Promise<Answer>,
): Promise<Answer[]> {
  return connection.ask((redis) => Promise.all(FEEDS.map((feed) => question(redis, feed))));
}

/** Of an entry that was dropped while it was pending nothing is left. */
export function toEntries(feed: string, reply: Reply): FeedEntry[] {
  return reply.flatMap(([id, fields]) => {
    const [, workspaceId, , lines] = fields ?? [];
    return workspaceId === undefined || lines === undefined ? [] : [{ feed, id, workspaceId, lines }];
  });
}

/** What `XREAD` and `XREADGROUP` answer for one feed, and up to where that goes. */
export function entriesRead(
  feed: string,
  answer: unknown,
): { entries: FeedEntry[]; lastId: string | undefined } {
  const [stream] = (answer ?? []) as [string, Reply][];
  const reply = stream?.[1] ?? [];
  return { entries: toEntries(feed, reply), lastId: reply.at(-1)?.[0] };
}

/** How many events were put into the feed up to an entry: its id says so. */
export function countOf(id: unknown): number {
  return typeof id === 'string' ? Number.parseInt(id, 10) : 0;
}

/** How all feeds stand. @throws {SharedLogError} */
export function readFeeds(connection: RedisConnection): Promise<FeedStatus[]> {
  return askFeeds(connection, async (redis, feed) => {
    const stream = toRecord(await redis.xinfo('STREAM', feed).catch(() => [])); // nobody wrote to it yet
    const first = stream['first-entry'] as Reply[number] | null | undefined;
    if (!first) return { feed, events: 0, groups: [] };
    const last = countOf(stream['last-generated-id']);
    const events = last - countOf(first[0]) + (first[1]?.[3] ?? '').split('\n').length;
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
