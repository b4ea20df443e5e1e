import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { H3 } from 'h3';
import { cutFrames } from '../../src/journal/frames.ts';
import { Hub } from '../../src/journal/hub.ts';
import { createLog } from '../../src/log.ts';
import { startListener } from '../../src/server/listen.ts';
import type { BenchRow } from './row.ts';
import { openSampleJournal, sampleEntry, sampleLines } from './sample-log.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const ROUNDS = 5;
const BURST = 64;
const LOADS = [
  { readers: 1, events: 40_000 },
  { readers: 10, events: 20_000 },
  { readers: 100, events: 10_000 },
];

interface Load {
  readers: number;
  events: number;
}

/** Deliveries per second to readers in another process, events coming in bursts, one burst per turn of the loop. */
export async function run(): Promise<BenchRow[]> {
  const client = fork(fileURLToPath(new URL('./stream-client.js', import.meta.url)));
  try {
    const rows = [];
    for (const load of LOADS) rows.push(await compare(client, load));
    return rows;
  } finally {
    client.kill();
  }
}

/** In turns, so that whatever else the machine does strikes both alike. */
async function compare(client: ChildProcess, load: Load): Promise<BenchRow> {
  const [hub, raw]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    hub.push(await withTemporaryFolder((folder) => measureHub(client, { folder, load })));
    raw.push(await measureRaw(client, load));
  }
  const [value, baseline] = [median(hub), median(raw)];
  return {
    name: `fan-out to ${load.readers} subscriber${load.readers === 1 ? '' : 's'}, journal included`,
    value,
    unit: 'deliveries/s',
    baseline: { name: 'res.write per event and subscriber, nothing stored', value: baseline },
    ratio: value / baseline,
    ...(load.readers === 100 ? { goal: '≥ 3 ×' } : {}),
  };
}

/** From `append` to the reader: encoding, writing, framing, sending. */
async function measureHub(
  client: ChildProcess,
  { folder, load }: { folder: string; load: Load },
): Promise<number> {
  const journal = await openSampleJournal(folder);
  const hub = new Hub(journal);
  const app = new H3({ silent: true }).get('/', () => hub.open({ partial: false }));
  const listener = await startListener(app, {
    host: '127.0.0.1',
    port: 0,
    bodyMaxBytes: 1_000,
    log: createLog({ level: 'silent', secrets: [] }),
  });
  const entries = Array.from({ length: load.events }, (_, number) => [sampleEntry(number)]);
  const rate = await measure(client, {
    url: listener.url,
    load,
    publish: async (burst) => {
      for (const number of burst) journal.append(entries[number] ?? [], { sync: false });
      await nextTurn();
    },
  });
  hub.close();
  await listener.close();
  await journal.close();
  return rate;
}

async function measureRaw(client: ChildProcess, load: Load): Promise<number> {
  const frames = sampleFrames(load.events);
  const responses = new Set<ServerResponse>();
  const server = createServer((_, response) => {
    responses.add(response);
    response.write(': connected\n\n');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const rate = await measure(client, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    load,
    publish: async (burst) => {
      for (const number of burst) {
        for (const response of responses) response.write(frames[number] ?? '');
      }
      await nextTurn();
    },
  });
  server.close();
  server.closeAllConnections();
  return rate;
}

interface Measurement {
  url: string;
  load: Load;
  publish: (burst: readonly number[]) => Promise<void>;
}

async function measure(client: ChildProcess, { url, load, publish }: Measurement): Promise<number> {
  const bytes = sampleFrames(load.events).reduce((sum, frame) => sum + frame.length, 0);
  client.send({ url, streams: load.readers, bytes });
  await once(client, 'message');
  const done = once(client, 'message');
  const startedAt = performance.now();
  for (let first = 0; first < load.events; first += BURST) {
    const length = Math.min(BURST, load.events - first);
    await publish(Array.from({ length }, (_, index) => first + index));
  }
  await done;
  return (load.events * load.readers * 1_000) / (performance.now() - startedAt);
}

let cached: { events: number; frames: Buffer[] } | undefined;

/** The frames as the hub cuts them, one by one. */
function sampleFrames(events: number): Buffer[] {
  if (cached?.events !== events) cached = { events, frames: cutSampleFrames(events) };
  return cached.frames;
}

function cutSampleFrames(events: number): Buffer[] {
  const { bytes, ends } = cutFrames(sampleLines(1, events));
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
