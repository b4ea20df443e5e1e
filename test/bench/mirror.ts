import { setTimeout as delay } from 'node:timers/promises';
import { formatEventId, sequenceOf } from '../../src/journal/event-id.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { JournalCopy } from '../../src/mirror/journal-copy.ts';
import { RedisLog } from '../../src/mirror/redis-log.ts';
import { openFleet } from '../../src/fleet/fleet.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';
import type { BenchRow } from './row.ts';
import { TAG, openSampleJournal, sampleEntry, sampleLines } from './sample-log.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const ROUNDS = 5;
const BURST = 100_000;
const PER_SECOND = 1_000;
const SECONDS = 10;
const WORKSPACES = 1_000;
const BATCHES = 10;
const BATCH = 10;
const FEED_EVENTS = 10_000_000;

/** The mirror: what the local log pays for it, what it carries in a burst, how far it is behind, what one reader takes. */
export async function run(): Promise<BenchRow[]> {
  const redis = await startRedis();
  try {
    const bursts = await measureBursts(redis);
    const lag = await withTemporaryFolder((folder) => steady(folder, redis));
    const catchingUp = await withTemporaryFolder((folder) => catchUp(folder, redis));
    await redis.ask('FLUSHALL');
    return [...bursts, catchingUp, lag, await follow(redis)];
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

/** With and without a mirror in turn, so that both meet the same machine. */
async function measureBursts(redis: RedisServer): Promise<BenchRow[]> {
  const [local, mirrored]: [Rates[], Rates[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    local.push(await withTemporaryFolder((folder) => burst(folder, null)));
    mirrored.push(
      await withTemporaryFolder((folder) => burst(folder, { redis, workspaceId: `burst-${round}` })),
    );
  }
  const ratios = mirrored.map(({ written }, round) => written / (local[round]?.written ?? NaN));
  const [written, copied] = [medianOf(mirrored, 'written'), medianOf(mirrored, 'copied')];
  const size = BURST.toLocaleString('en');
  const unit = 'events/s';
  return [
    {
      name: `local log with the mirror on, a burst of ${size}`,
      value: written,
      unit,
      baseline: { name: 'the same without', value: medianOf(local, 'written') },
      ratio: quantile(ratios, 0.5),
      goal: 'ratio ≥ 0.95',
    },
    {
      name: 'mirrored, the same burst',
      value: copied,
      unit,
      baseline: { name: 'on the local disk', value: written },
      ratio: copied / written,
      goal: '≥ 50,000 events/s',
    },
  ];
}

async function burst(
  folder: string,
  mirrored: { redis: RedisServer; workspaceId: string } | null,
): Promise<Rates> {
  const journal = await openSampleJournal(folder);
  const mirror = mirrored === null ? null : await startCopy(journal, mirrored);
  const startedAt = performance.now();
  const rate = () => (BURST / (performance.now() - startedAt)) * 1_000;
  for (let count = 0; count < BURST; count += 1) {
    journal.append([sampleEntry(count)], { sync: true });
    if (count % 100 === 0) await new Promise(setImmediate);
  }
  await journal.committed();
  const written = rate();
  await mirror?.reached(journal.committedId);
  const copied = rate();
  await mirror?.stop();
  await journal.close();
  return { written, copied };
}

/** What was written while Redis was away. */
async function catchUp(folder: string, redis: RedisServer): Promise<BenchRow> {
  const journal = await openSampleJournal(folder);
  for (let count = 0; count < BURST; count += 1) journal.append([sampleEntry(count)], { sync: false });
  await journal.committed();
  const startedAt = performance.now();
  const mirror = await startCopy(journal, { redis, workspaceId: 'away' });
  await mirror.reached(journal.committedId);
  const value = (BURST / (performance.now() - startedAt)) * 1_000;
  await mirror.stop();
  await journal.close();
  const baseline = { name: 'ten minutes of 1,000 a second in two', value: 5_000 };
  return {
    name: 'catching up with Redis',
    value,
    unit: 'events/s',
    baseline,
    ratio: value / baseline.value,
    goal: '≥ 5,000 events/s',
  };
}

async function steady(folder: string, redis: RedisServer): Promise<BenchRow> {
  const journal = await openSampleJournal(folder);
  const committedAt = new Map<number, number>();
  let [committed, copied] = [0, 0].map(() => sequenceOf(journal.committedId)) as [number, number];
  journal.onCommit(() => {
    for (const head = sequenceOf(journal.committedId); committed < head;)
      committedAt.set((committed += 1), performance.now());
  });
  const lags: number[] = [];
  const mirror = await startCopy(journal, { redis, workspaceId: 'steady' }, (id) => {
    for (const head = sequenceOf(id); copied < head;)
      lags.push(performance.now() - (committedAt.get((copied += 1)) ?? NaN));
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

/** What many workspaces have written, read and acknowledged by one process. */
async function follow(redis: RedisServer): Promise<BenchRow> {
  for (let workspace = 0; workspace < WORKSPACES; workspace += 1) await fill(redis, `workspace-${workspace}`);
  const total = WORKSPACES * BATCHES * BATCH;
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
    name: `feed of ${WORKSPACES.toLocaleString('en')} workspaces, one reader`,
    value,
    unit: 'events/s',
    baseline,
    ratio: value / baseline.value,
    goal: '≥ 20,000 events/s',
  };
}

async function fill(redis: RedisServer, workspaceId: string): Promise<void> {
  const { log, holder } = await claim({ redis, workspaceId });
  const appends = Array.from({ length: BATCHES }, (_, index) => {
    const idAt = (sequence: number) => formatEventId({ sequence, tag: TAG });
    const first = index * BATCH + 1;
    const batch = { id: idAt(first + BATCH - 1), lines: sampleLines(first, BATCH) };
    return log.append({ holder, afterId: index === 0 ? null : idAt(first - 1), batch });
  });
  await Promise.all(appends);
  log.close();
}

async function claim({ redis: { address }, workspaceId }: { redis: RedisServer; workspaceId: string }) {
  const log = new RedisLog({ address, workspaceId, feedEvents: FEED_EVENTS });
  const claimed = await log.claim({ owner: 'bench', epoch: 0, headId: null });
  if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
  return { log, holder: { owner: 'bench', epoch: claimed.epoch } };
}

async function startCopy(
  journal: Journal,
  place: { redis: RedisServer; workspaceId: string },
  onCopied: (id: string) => void = () => undefined,
) {
  const { log, holder } = await claim(place);
  let copiedId = '';
  let wake = (): void => undefined;
  const copy = new JournalCopy({
    journal,
    log,
    holder,
    headId: null,
    tell: (fact) => {
      if (fact.type === 'copy.failed') throw new Error(fact.reason);
    },
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

function medianOf(rates: readonly Rates[], key: keyof Rates): number {
  return quantile(
    rates.map((rate) => rate[key]),
    0.5,
  );
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * share)] ?? NaN;
}
