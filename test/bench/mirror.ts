import { setTimeout as delay } from 'node:timers/promises';
import { sequenceOf } from '../../src/journal/event-id.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { JournalCopy } from '../../src/mirror/journal-copy.ts';
import { RedisLog } from '../../src/mirror/redis-log.ts';
import { FEEDS } from '../../src/fleet/feed-connection.ts';
import { openFleet } from '../../src/fleet/fleet.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';
import type { BenchRow } from './row.ts';
import { openSampleJournal, sampleEntry } from './sample-log.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const BURST = 100_000;
const PER_SECOND = 1_000;
const SECONDS = 10;

/** The mirror: how far it is behind, what it carries in a burst, what the local log pays for it, what one reader takes. */
export async function run(): Promise<BenchRow[]> {
  const redis = await startRedis();
  try {
    const local = await withTemporaryFolder((folder) => burst(folder, null));
    const mirrored = await withTemporaryFolder((folder) => burst(folder, redis));
    const lag = await withTemporaryFolder((folder) => steady(folder, redis));
    return [...rowsOf(local, mirrored), lag, await follow(redis)];
  } finally {
    await redis.remove();
  }
}

interface Rates {
  /** Events a second until they are on this disk. */
  written: number;
  /** Until they are in Redis. */
  copied: number;
}

async function burst(folder: string, redis: RedisServer | null): Promise<Rates> {
  const journal = await openSampleJournal(folder);
  const mirror = redis === null ? null : await startCopy(journal, redis, 'burst');
  const startedAt = performance.now();
  const rate = () => (BURST / (performance.now() - startedAt)) * 1_000;
  for (let count = 0; count < BURST; count += 1) journal.append([sampleEntry(count)], { sync: true });
  await journal.committed();
  const written = rate();
  await mirror?.reached(journal.committedId);
  const copied = rate();
  await mirror?.stop();
  await journal.close();
  return { written, copied };
}

async function steady(folder: string, redis: RedisServer): Promise<BenchRow> {
  const journal = await openSampleJournal(folder);
  const committedAt = new Map<number, number>();
  let seen = sequenceOf(journal.committedId);
  journal.onCommit(() => {
    for (const head = sequenceOf(journal.committedId); seen < head;)
      committedAt.set((seen += 1), performance.now());
  });
  const lags: number[] = [];
  const mirror = await startCopy(journal, redis, 'steady', (id) => {
    lags.push(performance.now() - (committedAt.get(sequenceOf(id)) ?? NaN));
  });
  const startedAt = performance.now();
  for (let count = 0; count < PER_SECOND * SECONDS; count += 1) {
    journal.append([sampleEntry(count)], { sync: false });
    const ahead = (count / PER_SECOND) * 1_000 - (performance.now() - startedAt);
    if (ahead > 1) await delay(ahead);
  }
  await mirror.reached(journal.committedId);
  await mirror.stop();
  await journal.close();
  const [middle, value] = [quantile(lags, 0.5), quantile(lags, 0.99)];
  const baseline = { name: 'the middle of the same', value: middle };
  return {
    name: 'mirror lag at 1,000 events/s, p99',
    value,
    unit: 'ms',
    baseline,
    ratio: value / middle,
    goal: '≤ 50 ms',
  };
}

/** What is in the feeds after the other rows, read and acknowledged by one process. */
async function follow(redis: RedisServer): Promise<BenchRow> {
  const lengths = await Promise.all(FEEDS.map((feed) => redis.ask('XLEN', feed)));
  const total = lengths.reduce((sum, length) => sum + Number(length), 0);
  const fleet = openFleet(redis.url);
  const startedAt = performance.now();
  let count = 0;
  for await (const event of fleet.follow({ group: 'bench', from: 'oldest' })) {
    event.acknowledge();
    if ((count += 1) === total) break;
  }
  const value = (total / (performance.now() - startedAt)) * 1_000;
  fleet.close();
  const baseline = { name: 'what is asked of it', value: 20_000 };
  return {
    name: 'feed, one reader',
    value,
    unit: 'events/s',
    baseline,
    ratio: value / 20_000,
    goal: '≥ 20,000 events/s',
  };
}

function rowsOf(local: Rates, mirrored: Rates): BenchRow[] {
  const unit = 'events/s';
  return [
    {
      name: `local log with the mirror on, a burst of ${BURST.toLocaleString('en')}`,
      value: mirrored.written,
      unit,
      baseline: { name: 'the same without', value: local.written },
      ratio: mirrored.written / local.written,
      goal: 'ratio ≥ 0.95',
    },
    {
      name: 'mirrored, the same burst',
      value: mirrored.copied,
      unit,
      baseline: { name: 'on the local disk', value: mirrored.written },
      ratio: mirrored.copied / mirrored.written,
      goal: '≥ 50,000 events/s',
    },
  ];
}

async function startCopy(
  journal: Journal,
  { address }: RedisServer,
  workspaceId: string,
  onCopied: (id: string) => void = () => undefined,
) {
  const log = new RedisLog({ address, workspaceId, feedEvents: 10 * BURST });
  const claim = await log.claim({ owner: 'bench', epoch: 0, headId: null });
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  let copiedId = '';
  let wake = (): void => undefined;
  const copy = new JournalCopy({
    journal,
    log,
    holder: { owner: 'bench', epoch: claim.epoch },
    headId: null,
    tell: () => undefined,
    trimTo: () => journal.oldestId,
    onCopied: (id) => {
      copiedId = id;
      onCopied(id);
      wake();
    },
  });
  return {
    async reached(id: string): Promise<void> {
      while (copiedId < id) await new Promise<void>((resolve) => (wake = resolve));
    },
    async stop(): Promise<void> {
      copy.stop();
      await delay(100);
      log.close();
    },
  };
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * share)] ?? NaN;
}
