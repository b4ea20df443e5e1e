import { startRedis } from '../support/redis-server.ts';
import { acceptIn, timed } from './accepting.ts';
import { startPrintingEngine, talk } from './engine.ts';
import { percentile, startMeasuredEngine, type MeasuredEngineOptions } from './measured-engine.ts';
import type { BenchRow } from './row.ts';

const MESSAGES = 500;
const TURNS = 5;

/** What the local path of a whole engine pays for its mirror: an engine with it and one without, in turn on the same machine. */
export async function run(): Promise<BenchRow[]> {
  const redis = await startRedis();
  try {
    return [await accepting(redis.url), await passingOn(redis.url)];
  } finally {
    await redis.remove();
  }
}

async function accepting(REPLICA_LOG_URL: string): Promise<BenchRow> {
  const engines = await startBoth(startMeasuredEngine, { isBooted: false, REPLICA_LOG_URL });
  const [off, on] = [await acceptIn(engines[0]), await acceptIn(engines[1])];
  const [without, mirrored]: [number[], number[]] = [[], []];
  for (let message = 0; message < MESSAGES; message += 1) {
    without.push(await timed(off));
    mirrored.push(await timed(on));
  }
  for (const engine of engines) await engine.stop();
  return row('POST message to accepted with the mirror on (median)', { without, mirrored });
}

async function passingOn(REPLICA_LOG_URL: string): Promise<BenchRow> {
  const engines = await startBoth(startPrintingEngine, { REPLICA_LOG_URL });
  for (const engine of engines) await talk(engine); // the first turn warms an engine up
  const [without, mirrored]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < TURNS; turn += 1) {
    without.push(...(await talk(engines[0])));
    mirrored.push(...(await talk(engines[1])));
  }
  for (const engine of engines) await engine.stop();
  return row('agent line to stream client at 1,000/s with the mirror on (median)', { without, mirrored });
}

async function startBoth<Engine>(
  start: (options: MeasuredEngineOptions) => Promise<Engine>,
  { REPLICA_LOG_URL, ...options }: MeasuredEngineOptions & { REPLICA_LOG_URL: string },
): Promise<[Engine, Engine]> {
  return [await start(options), await start({ ...options, REPLICA_LOG_URL })];
}

function row(name: string, { without, mirrored }: Record<'without' | 'mirrored', number[]>): BenchRow {
  const [value, baseline] = [percentile(mirrored, 0.5), percentile(without, 0.5)];
  return {
    name,
    unit: 'ms',
    value,
    baseline: { name: 'the same without', value: baseline },
    ratio: value / baseline,
    goal: 'ratio ≤ 1.05',
  };
}
