import type { EngineEvent } from '../contract/events.ts';

export interface FollowOptions {
  /** Those who follow under one name share the events; without it all events from now on come, and none is kept for later. */
  group?: string;
  /** Names this process within the group. The same name again gets what it had not acknowledged. */
  consumer?: string;
  /** Where a new group begins: with what happens from now on, or with the oldest event that is kept. */
  from?: 'now' | 'oldest';
  /** What another consumer had for so long, in milliseconds, is taken over. */
  takeOverMs?: number;
  /** Told why Redis is away, each time it is asked in vain. */
  onAway?: (error: Error) => void;
  /** Ends the loop. */
  signal?: AbortSignal;
}

/** An event of a workspace. It comes at least once: whoever processes it remembers its `key`. */
export interface FleetEvent {
  /** `<workspace id>/<event id>`: the same whenever the event comes again. */
  readonly key: string;
  readonly workspaceId: string;
  readonly event: EngineEvent;
  /** It need not come again. Sent with others a moment later; what is lost on the way comes again. */
  acknowledge: () => void;
}

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
  /** Batches of events that were delivered and not acknowledged. */
  pending: number;
  /** Events that were not delivered yet. */
  lag: number;
}
