import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get, type ClientRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HEADERS, percentile, residentMib, startMeasuredEngine } from './measured-engine.ts';
import type { MeasuredEngine } from './measured-engine.ts';
import type { BenchRow } from './row.ts';

const READERS = [10, 100, 1_000, 10_000];
const CHATS = [10, 100, 1_000, 5_000];
/** So many are asked for at once. */
const TOGETHER = 50;
const STARTS = 3;
const SETTLE_MS = 2_000;

/** What more of the same costs: readers that wait, chats that rest. */
export async function run(): Promise<BenchRow[]> {
  return [...(await idleReaders()), ...(await restingChats())];
}

async function idleReaders(): Promise<BenchRow[]> {
  const engine = await startMeasuredEngine();
  const agent = new Agent({ keepAlive: true });
  const open: ClientRequest[] = [];
  const rows = await inSteps(READERS, {
    memory: () => residentMib(engine.pid),
    grow: async () => void open.push(await openReader(engine, agent)),
    name: (count) => `memory of each of ${count.toLocaleString('en')} idle readers`,
    goal: '≤ 64 KiB',
  });
  for (const request of open) request.destroy();
  agent.destroy();
  await engine.stop();
  return rows;
}

async function openReader({ url }: MeasuredEngine, agent: Agent): Promise<ClientRequest> {
  const request = get(`${url}/events`, { headers: HEADERS, agent });
  request.on('error', () => undefined); // destroyed by us
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined); // the request was destroyed by us
  await once(answer, 'data');
  return request;
}

async function restingChats(): Promise<BenchRow[]> {
  const home = mkdtempSync(join(tmpdir(), 'engine-bench-'));
  const rows: BenchRow[] = [];
  let previous: (Cost & { count: number }) | undefined;
  for (const count of CHATS) {
    const creating = await startMeasuredEngine({ home });
    const missing = count - ((await creating.call('GET', '/status')) as { chatsTotal: number }).chatsTotal;
    await inTurns(missing, () => creating.call('POST', '/chats', { provider: 'claude', title: 'A chat' }));
    await creating.stop();
    const { memory, startMs, endMs } = await startWith(home);
    if (previous !== undefined) {
      const each = ((memory - previous.memory) * 1_024) / (count - previous.count);
      const name = `of ${count.toLocaleString('en')} chats`;
      const { count: size, startMs: start, endMs: end } = previous;
      rows.push(
        {
          name: `memory of each ${name}`,
          unit: 'KiB',
          value: each,
          baseline: { name: `the engine with ${size}, whole`, value: previous.memory * 1_024 },
          ratio: memory / previous.memory,
          goal: '≤ 10 KiB',
        },
        {
          name: `start to the first /status ${name}`,
          unit: 'ms',
          value: startMs,
          baseline: { name: `with ${size}`, value: start },
          ratio: startMs / start,
          goal: '≤ 1,000 ms',
        },
        {
          name: `end ${name}`,
          unit: 'ms',
          value: endMs,
          baseline: { name: `with ${size}`, value: end },
          ratio: endMs / end,
          goal: '≤ 5,000 ms',
        },
      );
    }
    previous = { count, memory, startMs, endMs };
  }
  rmSync(home, { recursive: true, force: true });
  return rows;
}

interface Cost {
  memory: number;
  startMs: number;
  endMs: number;
}

async function startWith(home: string): Promise<Cost> {
  const [memories, starts, ends]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < STARTS; round += 1) {
    const startedAt = performance.now();
    const engine = await startMeasuredEngine({ home });
    await engine.call('GET', '/status');
    starts.push(performance.now() - startedAt);
    await settled();
    memories.push(residentMib(engine.pid));
    const stoppedAt = performance.now();
    await engine.stop();
    ends.push(performance.now() - stoppedAt);
  }
  return {
    memory: percentile(memories, 0.5),
    startMs: percentile(starts, 0.5),
    endMs: percentile(ends, 0.5),
  };
}

interface Steps {
  memory: () => number;
  grow: () => Promise<void>;
  name: (count: number) => string;
  goal: string;
}

/** The memory of each one more, from step to step. */
async function inSteps(counts: readonly number[], { memory, grow, name, goal }: Steps): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  let [size, before] = [0, memory()];
  for (const count of counts) {
    await inTurns(count - size, grow);
    await settled();
    const after = memory();
    const value = ((after - before) * 1_024) / (count - size);
    const baseline = { name: `the engine with ${size.toLocaleString('en')}, whole`, value: before * 1_024 };
    rows.push({ name: name(count), unit: 'KiB', value, baseline, ratio: after / before, goal });
    [size, before] = [count, after];
  }
  return rows;
}

async function inTurns(count: number, work: () => Promise<unknown>): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}
