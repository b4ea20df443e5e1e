import type { FeedConnection } from './feed-connection.ts';

/** How one of the feeds stands. */
export interface FeedStatus {
  feed: string;
  /** How many events it keeps. */
  events: number;
  groups: GroupStatus[];
}

export interface GroupStatus {
  name: string;
  consumers: number;
  /** Delivered and not acknowledged. */
  pending: number;
  /** Not delivered yet; null when Redis cannot tell. */
  lag: number | null;
}

export function readFeeds(connection: FeedConnection): Promise<FeedStatus[]> {
  return connection.ask(async (redis, feed) => {
    const events = await redis.xlen(feed);
    const groups = events === 0 ? [] : await redis.xinfo('GROUPS', feed).catch(() => []);
    return { feed, events, groups: (groups as unknown[][]).map(toGroup) };
  });
}

/** Redis tells names and values in turn. */
function toGroup(pairs: unknown[]): GroupStatus {
  const valueOf = (name: string) => pairs[pairs.indexOf(name) + 1];
  const lag = valueOf('lag');
  return {
    name: String(valueOf('name')),
    consumers: Number(valueOf('consumers')),
    pending: Number(valueOf('pending')),
    lag: typeof lag === 'number' ? lag : null,
  };
}
