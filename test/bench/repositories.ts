import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { percentile, startMeasuredEngine } from './measured-engine.ts';
import type { MeasuredEngine } from './measured-engine.ts';
import type { BenchRow } from './row.ts';
import { changeFile, createSampleRepository, rawDiff, rawStatus } from './sample-repository.ts';
import type { SampleSize } from './sample-repository.ts';

/** At what did not change, per round: they take so little that chance has a larger part in them. */
const LOOKS = 3;
const SMALL = { files: 200, changed: 10 };
/** What was seen is good for a second. */
const FORGOTTEN_MS = 1_100;

/** The repositories of a workspace, beside git itself on the same files in the same minute. */
export async function run(): Promise<BenchRow[]> {
  return [
    ...(await largeRepository({ files: 10_000, changed: 50 }, { rounds: 10 })),
    ...(await manyRepositories(20, { rounds: 10 })),
  ];
}

interface Rounds {
  rounds: number;
}

export async function largeRepository(size: SampleSize, { rounds }: Rounds): Promise<BenchRow[]> {
  let folder = '';
  const engine = await startMeasuredEngine({
    prepare: (home) => {
      folder = createSampleRepository(join(home, 'workspaces', 'large'), size);
    },
  });
  await engine.call('GET', '/repos?includeDiffs=true');
  const times = await measureLarge(engine, { folder, size, rounds });
  await engine.stop();
  const raw = { name: 'git status, add -N and diff', value: percentile(times.rawDiff, 0.5) };
  const status = { name: 'git status', value: percentile(times.rawStatus, 0.5) };
  const about = `${size.files.toLocaleString('en')} files, ${size.changed} changed`;
  return [
    row(`/repos?includeDiffs=true, ${about}, changed`, times.changed, { baseline: raw, goal: '≤ 1.5 ×' }),
    row(`/repos, ${about}, changed`, times.short, { baseline: raw, goal: '≤ 1.5 ×' }),
    row(`/repos?includeDiffs=true, ${about}, unchanged`, times.unchanged, {
      baseline: status,
      goal: '≤ 1.2 ×',
    }),
    row('the same within a second', times.again, { baseline: status, goal: '< 5 ms' }),
    {
      ...row('longest /health meanwhile', times.blocked, {
        baseline: { name: 'longest /health at rest', value: Math.max(...times.rest) },
        goal: '< 20 ms more',
      }),
      value: Math.max(...times.blocked),
      ratio: Math.max(...times.blocked) / Math.max(...times.rest),
    },
  ];
}

/** Taken in turns, so that whatever else the machine does strikes all alike. */
async function measureLarge(
  engine: MeasuredEngine,
  { folder, size, rounds }: { folder: string; size: SampleSize } & Rounds,
) {
  const times = Object.fromEntries(
    ['changed', 'short', 'unchanged', 'again', 'rawDiff', 'rawStatus', 'blocked', 'rest'].map((name) => [
      name,
      [],
    ]),
  ) as unknown as Record<Measured, number[]>;
  const ask = (query: string) => () => engine.call('GET', `/repos${query}`);
  const full = ask('?includeDiffs=true');
  for (let round = 0; round < rounds; round += 1) {
    const inTurn = round % 2 === 0 ? inOrder : inReverse; // whoever comes second finds the files in the caches
    changeFile(folder, size.changed + round * 2 + 1, size.files);
    await delay(FORGOTTEN_MS);
    await inTurn(
      async () => times.changed.push(await timeOf(full)),
      async () => times.rawDiff.push(await timeOf(() => rawDiff(folder))),
    );
    for (let look = 0; look < LOOKS; look += 1) {
      await delay(FORGOTTEN_MS);
      await inTurn(
        async () => times.unchanged.push(await timeOf(full)),
        async () => times.rawStatus.push(await timeOf(() => rawStatus(folder))),
      );
    }
    await full(); // git itself may just have taken longer than a look is remembered
    times.again.push(await timeOf(full));
    changeFile(folder, size.changed + round * 2 + 2, size.files);
    await delay(FORGOTTEN_MS);
    times.short.push(await timeOf(ask('')));
    await delay(FORGOTTEN_MS);
    times.rest.push(await longestHealth(engine, () => delay(100)));
    times.blocked.push(await longestHealth(engine, full));
  }
  return times;
}

type Measured = 'changed' | 'short' | 'unchanged' | 'again' | 'rawDiff' | 'rawStatus' | 'blocked' | 'rest';

export async function manyRepositories(many: number, { rounds }: Rounds): Promise<BenchRow[]> {
  const folders: string[] = [];
  const prepare = (home: string) => {
    for (let number = 0; number < many; number += 1) {
      folders.push(createSampleRepository(join(home, 'workspaces', `repo-${number}`), SMALL));
    }
  };
  const empty = await startMeasuredEngine();
  const emptyMs = empty.coldStartMs + (await timeOf(() => empty.call('GET', '/repos')));
  await empty.stop();
  const engine = await startMeasuredEngine({ prepare });
  const bootMs = engine.coldStartMs + (await timeOf(() => engine.call('GET', '/repos')));
  const [ours, raw]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    for (const folder of folders) changeFile(folder, SMALL.changed + round + 1, SMALL.files);
    await delay(FORGOTTEN_MS);
    ours.push(await timeOf(() => engine.call('GET', '/repos?includeDiffs=true')));
    raw.push(await timeOf(() => rawDiffs(folders)));
  }
  await engine.stop();
  const baseline = { name: 'git status, add -N and diff, 4 at a time', value: percentile(raw, 0.5) };
  return [
    row(`/repos?includeDiffs=true, ${many} repositories, all changed`, ours, { baseline, goal: '≤ 1.5 ×' }),
    row(`start with ${many} repositories to the first /repos`, [bootMs], {
      baseline: { name: 'with none', value: emptyMs },
    }),
  ];
}

async function rawDiffs(folders: readonly string[]): Promise<void> {
  const rest = [...folders];
  const work = async () => {
    for (let folder = rest.pop(); folder !== undefined; folder = rest.pop()) await rawDiff(folder);
  };
  await Promise.all([work(), work(), work(), work()]);
}

type Work = () => Promise<unknown>;

async function inOrder(...works: Work[]): Promise<void> {
  for (const work of works) await work();
}

function inReverse(...works: Work[]): Promise<void> {
  return inOrder(...works.toReversed());
}

async function longestHealth(engine: MeasuredEngine, work: () => Promise<unknown>): Promise<number> {
  let isDone = false;
  const done = work().then(() => {
    isDone = true;
  });
  let longest = 0;
  while (!isDone) longest = Math.max(longest, await timeOf(() => engine.call('GET', '/health')));
  await done;
  return longest;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function row(
  name: string,
  times: readonly number[],
  { baseline, goal }: Pick<BenchRow, 'baseline' | 'goal'>,
): BenchRow {
  const value = percentile(times, 0.5);
  return {
    name,
    unit: 'ms',
    value,
    baseline,
    ratio: value / baseline.value,
    ...(goal !== undefined && { goal }),
  };
}
