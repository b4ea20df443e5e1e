import { setTimeout as delay } from 'node:timers/promises';
import type { EngineEvent } from '../contract/events.ts';
import type { RedisConnection } from '../mirror/redis-connection.ts';
import { SharedLogError } from '../mirror/shared-log.ts';
import { askFeeds, countOf, entriesRead, toEntries, type FeedEntry } from './feeds.ts';
import type { FleetEvent, FollowOptions } from './fleet-types.ts';

/** So many entries are taken from each feed at a time, which bounds the memory. */
const COUNT = 4;
const IDLE_MS = 25;
const AWAY_MS = 1_000;
const TAKE_OVER_MS = 60_000;
/** To Redis: what no consumer of the group was given. */
const NEW = '>';

/** Reads all feeds in turn, as one of a group or alone. */
export class FeedFollower {
  readonly #connection: RedisConnection;
  readonly #options: FollowOptions;
  readonly #takeOverMs: number;
  readonly #acknowledged = new Map<string, string[]>();
  /** Behind which entry of each feed reading goes on; a group knows that itself once this consumer has again what it had. */
  readonly #positions = new Map<string, string>();
  #isPrepared = false;
  #tookOverAt = 0;

  constructor(connection: RedisConnection, options: FollowOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#takeOverMs = options.takeOverMs ?? TAKE_OVER_MS;
  }

  async *events(): AsyncGenerator<FleetEvent, void, undefined> {
    try {
      while (!this.#isOver()) {
        const entries = await this.#next();
        for (const entry of entries) yield* this.#eventsOf(entry);
        if (entries.length === 0) await this.#pause(IDLE_MS);
      }
    } finally {
      await this.#flush().catch(() => undefined); // what is lost comes again
      this.#connection.close();
    }
  }

  #isOver(): boolean {
    return this.#options.signal?.aborted ?? false;
  }

  /** Shorter when the loop is to end. */
  async #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#options;
    await delay(milliseconds, undefined, { ...(signal && { signal }) }).catch(() => undefined);
  }

  /** Empty also while Redis is away. */
  async #next(): Promise<FeedEntry[]> {
    try {
      if (!this.#isPrepared) await this.#prepare();
      await this.#flush();
      return (await this.#read()).flat();
    } catch (error) {
      if (!(error instanceof SharedLogError)) throw error;
      this.#options.onAway?.(error);
      this.#isPrepared = false; // it may come back without what it had
      await this.#pause(AWAY_MS * Math.random());
      return [];
    }
  }

  async #prepare(): Promise<void> {
    const { group, from = 'now' } = this.#options;
    await askFeeds(this.#connection, async (redis, feed) => {
      if (group !== undefined) {
        const start = from === 'oldest' ? '0' : '$';
        await redis.xgroup('CREATE', feed, group, start, 'MKSTREAM').catch(passIfThere);
        return this.#positions.set(feed, '0');
      }
      const [last] = await redis.xrevrange(feed, '+', '-', 'COUNT', 1);
      const end = last?.[0] ?? '0';
      const position = this.#positions.get(feed) ?? (from === 'oldest' ? '0' : end);
      // A Redis that came back without its last writes gives their ids to others.
      return this.#positions.set(feed, countOf(position) > countOf(end) ? end : position);
    });
    this.#isPrepared = true;
  }

  async #read(): Promise<FeedEntry[][]> {
    const { group } = this.#options;
    if (group === undefined) return this.#readAlone();
    const takenOver = await this.#takeOver(group);
    return takenOver.some((entries) => entries.length > 0) ? takenOver : this.#readShare(group);
  }

  #readAlone(): Promise<FeedEntry[][]> {
    return askFeeds(this.#connection, async (redis, feed) => {
      const position = this.#positions.get(feed) ?? '0';
      const answer = await redis.xread('COUNT', COUNT, 'STREAMS', feed, position);
      const { entries, lastId = position } = entriesRead(feed, answer);
      this.#positions.set(feed, lastId);
      return entries;
    });
  }

  /** First what this consumer had before it was started again, then what nobody had. */
  #readShare(group: string): Promise<FeedEntry[][]> {
    return askFeeds(this.#connection, async (redis, feed) => {
      const position = this.#positions.get(feed) ?? NEW;
      const reader = ['GROUP', group, this.#consumer, 'COUNT', COUNT] as const;
      const answer = await redis.xreadgroup(...reader, 'STREAMS', feed, position);
      const { entries, lastId = NEW } = entriesRead(feed, answer);
      if (position !== NEW) this.#positions.set(feed, lastId);
      return entries;
    });
  }

  /** What a consumer has had for too long is most likely one that died. */
  async #takeOver(group: string): Promise<FeedEntry[][]> {
    if (performance.now() - this.#tookOverAt < this.#takeOverMs / 2) return [];
    const takenOver = await askFeeds(this.#connection, async (redis, feed) => {
      const claim = [feed, group, this.#consumer, this.#takeOverMs, '0', 'COUNT', COUNT] as const;
      const [, reply] = (await redis.xautoclaim(...claim)) as [string, Parameters<typeof toEntries>[1]];
      return toEntries(feed, reply);
    });
    if (takenOver.every((entries) => entries.length === 0)) this.#tookOverAt = performance.now();
    return takenOver;
  }

  get #consumer(): string {
    return this.#options.consumer ?? 'only';
  }

  *#eventsOf({ feed, id, workspaceId, lines }: FeedEntry): Generator<FleetEvent, void, undefined> {
    const events = lines.split('\n');
    const open = new Set(events.keys());
    for (const [index, json] of events.entries()) {
      if (this.#isOver()) return;
      const event = JSON.parse(json) as EngineEvent; // an engine wrote it, perhaps a newer one
      const acknowledge = (): void => {
        if (open.delete(index) && open.size === 0) this.#acknowledgedOf(feed).push(id);
      };
      yield { key: `${workspaceId}/${event.id}`, workspaceId, event, acknowledge };
    }
  }

  #acknowledgedOf(feed: string): string[] {
    const ids = this.#acknowledged.get(feed) ?? [];
    this.#acknowledged.set(feed, ids);
    return ids;
  }

  async #flush(): Promise<void> {
    const { group } = this.#options;
    if (group === undefined || this.#acknowledged.size === 0) return;
    const due = new Map(this.#acknowledged);
    this.#acknowledged.clear();
    try {
      await askFeeds(this.#connection, async (redis, feed) => {
        const ids = due.get(feed);
        return ids === undefined ? 0 : redis.xack(feed, group, ...ids);
      });
    } catch (error) {
      for (const [feed, ids] of due) this.#acknowledgedOf(feed).push(...ids);
      throw error;
    }
  }
}

/** The group may have been made by another consumer. */
function passIfThere(error: unknown): void {
  if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
}
