import type { RedisAddress } from '../environment/redis-url.ts';
import { behind, lastIdOf, publicPart } from './batches.ts';
import { Buffers } from './buffers.ts';
import { RedisConnection } from './redis-connection.ts';
import { keysOf, type WorkspaceKeys } from './keys.ts';
import { LeanCommand } from './lean-command.ts';
import { APPEND, CLAIM, TRIM } from './redis-scripts.ts';
import type { Append, Batch, Claim, Claimed, Head, Holder, SharedLog } from './shared-log.ts';

export interface RedisLogOptions {
  address: RedisAddress;
  workspaceId: string;
  /** About how many events a feed keeps. */
  feedEvents: number;
}

type Argument = string | number | Buffer;

/** Keeps a log in Redis Streams. */
export class RedisLog implements SharedLog {
  readonly #options: RedisLogOptions;
  readonly #keys: WorkspaceKeys;
  readonly #buffers = new Buffers();
  readonly #redis: RedisConnection;

  constructor(options: RedisLogOptions) {
    this.#options = options;
    this.#keys = keysOf(options.workspaceId);
    this.#redis = new RedisConnection(options.address);
  }

  async claim({ owner, epoch, above = 0, headId }: Claim): Promise<Claimed> {
    const answer = await this.#run(CLAIM, [this.#keys.holder], [owner, epoch, headId ?? '', above]);
    const [kind, stored, text] = answer as ['claimed' | 'taken' | 'headDiffers', number, string];
    if (kind === 'taken') return { kind, holder: { epoch: stored, owner: text } };
    const head = { headId: text === '' ? null : text };
    return kind === 'claimed' ? { kind, epoch: stored, ...head } : { kind, ...head };
  }

  async append({ holder, afterId, batch }: Append): Promise<boolean> {
    const { workspaceId, feedEvents } = this.#options;
    const keys = [this.#keys.holder, this.#keys.log, this.#keys.feed, this.#keys.feedCount];
    const values = [...valuesOf(holder), afterId ?? '', workspaceId, feedEvents];
    if (batch === null) return (await this.#run(APPEND, keys, [...values, ''])) === 1;
    const { id, lines } = batch;
    const { events, count } = publicPart(lines, this.#buffers.take(lines.length));
    let written: Buffer = Buffer.alloc(0);
    const into = (length: number) =>
      (written = written.length >= length ? written : this.#buffers.take(length));
    const parts = [APPEND, keys.length, ...keys, ...values, id, lines, events, count];
    const answer = await this.#redis.ask(
      (redis) => redis.sendCommand(new LeanCommand('eval', parts, into)) as Promise<unknown>,
    );
    for (const buffer of [events, written]) this.#buffers.give(buffer); // after a failure they may still be on their way
    return answer === 1;
  }

  async head(): Promise<Head | null> {
    const [epoch, owner, head] = await this.#redis.ask((redis) =>
      redis.hmget(this.#keys.holder, 'epoch', 'owner', 'head'),
    );
    if (!epoch || !owner) return null;
    return { holder: { epoch: Number(epoch), owner }, headId: head ?? null };
  }

  async read({ after, limit }: { after: number; limit: number }): Promise<Batch[]> {
    const found = await this.#redis.ask((redis) =>
      redis.xrangeBuffer(this.#keys.log, `(${after}-0`, '+', 'COUNT', limit),
    );
    return found.flatMap(([, [, lines]], index) => {
      if (lines === undefined) return [];
      const batch = { id: lastIdOf(lines), lines };
      return index === 0 ? behind(batch, after) : batch;
    });
  }

  async trim({ holder, before }: { holder: Holder; before: number }): Promise<void> {
    const { holder: holderKey, log } = this.#keys;
    await this.#run(TRIM, [holderKey, log], [...valuesOf(holder), before]);
  }

  close(): void {
    this.#redis.close();
  }

  #run(script: string, keys: string[], values: readonly Argument[]): Promise<unknown> {
    return this.#redis.ask((redis) => redis.eval(script, keys.length, ...keys, ...values));
  }
}

function valuesOf({ owner, epoch }: Holder): Argument[] {
  return [owner, epoch];
}
