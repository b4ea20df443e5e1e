/** The events of all workspaces that are mirrored to one Redis, for control planes. */
import { parseRedisUrl } from '../environment/redis-url.ts';
import { RedisConnection } from '../mirror/redis-connection.ts';
import { FeedFollower } from './feed-follower.ts';
import { readFeeds } from './feeds.ts';
import type { FeedStatus, FleetEvent, FollowOptions } from './fleet-types.ts';

export type { EngineEvent } from '../contract/events.ts';
export type { FeedStatus, FleetEvent, FollowOptions, GroupStatus } from './fleet-types.ts';

export interface Fleet {
  /** Goes on over breaks of the connection, until the loop is left or the signal is aborted. */
  follow(options?: FollowOptions): AsyncIterableIterator<FleetEvent>;
  status(): Promise<FeedStatus[]>;
  close(): void;
}

/** @throws {TypeError} when it is not a URL that `REPLICA_LOG_URL` may have. */
export function openFleet(url: string): Fleet {
  const address = parseRedisUrl(url);
  if (address === null) throw new TypeError('This is no URL of a Redis: see REPLICA_LOG_URL.');
  const connection = new RedisConnection(address);
  return {
    follow: (options = {}) => new FeedFollower(new RedisConnection(address), options).events(),
    status: () => readFeeds(connection),
    close: () => connection.close(),
  };
}
