import { mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { formatEventId } from '../../src/journal/event-id.ts';
import { ID_OFFSET } from '../../src/journal/event-line.ts';
import { Hub } from '../../src/journal/hub.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { BenchRow } from './row.ts';
import { TAG, openSampleJournal, sampleEntry, sampleLines, writeSampleLog } from './sample-log.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const ROUNDS = 5;
const BURSTS = 9;
const BURST = 20_000;
const RAW_LINES = 2_000;
const LARGE_LOG_BYTES = 1 << 30;

/** The log: how fast events become durable, and what its length costs those who come back. */
export async function run(): Promise<BenchRow[]> {
  const appending = await withTemporaryFolder(durableAppend);
  return [appending, ...(await withTemporaryFolder(largeLog))];
}

async function durableAppend(folder: string): Promise<BenchRow> {
  const journal = await openSampleJournal(folder);
  const entries = Array.from({ length: BURST }, (_, number) => sampleEntry(number));
  const rates = [];
  for (let burst = 0; burst < BURSTS; burst += 1) {
    const startedAt = performance.now();
    for (const entry of entries) journal.append([entry], { sync: true });
    await journal.committed();
    rates.push((BURST / (performance.now() - startedAt)) * 1_000);
  }
  await journal.close();
  const raw = await rawAppend(join(folder, 'raw'));
  const baseline = { name: 'one handle, write and fdatasync per line', value: raw };
  const value = median(rates);
  return {
    name: `durable append, bursts of ${BURST.toLocaleString('en')}`,
    value,
    unit: 'events/s',
    baseline,
    ratio: value / raw,
    goal: '≥ 100,000 events/s',
  };
}

async function rawAppend(path: string): Promise<number> {
  const lines = Array.from({ length: RAW_LINES }, (_, index) => sampleLines(index, 1));
  const file = await open(path, 'a');
  const startedAt = performance.now();
  for (const line of lines) {
    await file.write(line);
    await file.datasync();
  }
  const rate = (RAW_LINES / (performance.now() - startedAt)) * 1_000;
  await file.close();
  return rate;
}

async function largeLog(base: string): Promise<BenchRow[]> {
  const folder = join(base, 'engine');
  await mkdir(folder);
  const last = await writeSampleLog(folder, LARGE_LOG_BYTES);
  const boots = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = performance.now();
    const journal = await openSampleJournal(base);
    boots.push(performance.now() - startedAt);
    await journal.close();
  }
  const scanMs = await scan(folder, formatEventId({ sequence: Math.floor(last / 2), tag: TAG }));
  const journal = await openSampleJournal(base);
  const resumes = await measureResumes(journal, last);
  await journal.close();
  const baseline = { name: 'scanning to the middle', value: scanMs };
  return [
    { name: 'resume in the middle of a 1 GiB log, to the first event', ms: median(resumes), goal: '< 50 ms' },
    { name: 'boot with a 1 GiB log', ms: median(boots), goal: '< 100 ms' },
  ].map(({ name, ms, goal }) => ({ name, value: ms, unit: 'ms', baseline, ratio: ms / scanMs, goal }));
}

async function measureResumes(journal: Journal, last: number): Promise<number[]> {
  const hub = new Hub(journal);
  const times = [];
  for (let round = 0; round < ROUNDS * 4; round += 1) {
    const sequence = Math.floor(last / 2) + round * 1_237;
    const startedAt = performance.now();
    await untilEvent(hub, sequence);
    times.push(performance.now() - startedAt);
  }
  hub.close();
  return times;
}

/** Until the reader has the event behind `sequence`. */
async function untilEvent(hub: Hub, sequence: number): Promise<void> {
  const stream = await hub.open({ after: formatEventId({ sequence, tag: TAG }), partial: false });
  const wanted = `id: ${formatEventId({ sequence: sequence + 1, tag: TAG })}\n`;
  for (let seen = ''; !seen.includes(wanted);) {
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    seen += chunk.toString('latin1');
  }
  stream.destroy();
}

/** What finding an id costs without an order to rely on: reading block by block, comparing at a fixed place. */
async function scan(folder: string, id: string): Promise<number> {
  const wanted = Buffer.from(id);
  const startedAt = performance.now();
  const names = (await readdir(folder)).filter((name) => name !== 'events.jsonl').toSorted();
  for (const name of names) {
    if (await scanFile(join(folder, name), wanted)) return performance.now() - startedAt;
  }
  throw new Error(`${id} is not in the log.`);
}

async function scanFile(path: string, wanted: Buffer): Promise<boolean> {
  const file = await open(path, 'r');
  const block = Buffer.alloc(1 << 20);
  try {
    for (let position = 0; ;) {
      const { bytesRead } = await file.read(block, 0, block.length, position);
      if (bytesRead === 0) return false;
      let start = 0;
      for (
        let end = block.indexOf('\n') + 1;
        end > 0 && end <= bytesRead;
        end = block.indexOf('\n', end) + 1
      ) {
        if (
          block.compare(wanted, 0, wanted.length, start + ID_OFFSET, start + ID_OFFSET + wanted.length) === 0
        ) {
          return true;
        }
        start = end;
      }
      position += start;
    }
  } finally {
    await file.close();
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
