import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import {
  HEADERS,
  chatOf,
  findFreePort,
  percentile,
  residentMib,
  startMeasuredEngine,
  untilHealthy,
} from './measured-engine.ts';
import type { MeasuredEngine, MeasuredEngineOptions } from './measured-engine.ts';
import { accepting } from './accepting.ts';
import type { BenchRow } from './row.ts';

const ROUNDS = 5;

/** The engine as a process: how soon it is there, what it takes, how fast it accepts and passes on. */
export async function run(): Promise<BenchRow[]> {
  return [...(await coldStart()), await idleMemory(), ...(await accepting()), await passingOn()];
}

/** Health is answered while the engine is still being loaded; the first snapshot when it has opened its home. */
async function coldStart(): Promise<BenchRow[]> {
  const [ours, opened, bare]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = performance.now();
    const engine = await startMeasuredEngine();
    ours.push(engine.coldStartMs);
    await engine.call('GET', '/status');
    opened.push(performance.now() - startedAt);
    await engine.stop();
    bare.push(await bareColdStart());
  }
  const baseline = { name: 'node -e http server', value: percentile(bare, 0.5) };
  return [
    row('cold start to the first /health', 'ms', {
      value: percentile(ours, 0.5),
      baseline,
      goal: '< 600 ms',
    }),
    row('cold start to the first /status', 'ms', { value: percentile(opened, 0.5), baseline }),
  ];
}

async function bareColdStart(): Promise<number> {
  const port = await findFreePort();
  const program = `require('http').createServer((_, answer) => answer.end()).listen(${port}, '127.0.0.1')`;
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['-e', program]);
  await untilHealthy(`http://127.0.0.1:${port}`);
  const elapsed = performance.now() - startedAt;
  child.kill();
  await once(child, 'exit');
  return elapsed;
}

async function idleMemory(): Promise<BenchRow> {
  const engine = await startMeasuredEngine();
  await engine.call('GET', '/status');
  const value = residentMib(engine.pid);
  await engine.stop();
  const bare = spawn(process.execPath, [
    '-e',
    "require('http').createServer().listen(0, '127.0.0.1', () => console.log(1))",
  ]);
  await once(bare.stdout, 'data');
  const baseline = { name: 'node -e http server', value: residentMib(bare.pid ?? 0) };
  bare.kill();
  return row('idle memory', 'MiB', { value, baseline, goal: '< 110 MiB' });
}

/** From a line on the agent's standard output to the client of the stream, at 1,000 lines a second. */
async function passingOn(): Promise<BenchRow> {
  const engine = await startPrintingEngine();
  await talk(engine); // the first turn warms the engine up
  const ours = await talk(engine);
  await engine.stop();
  const baseline = { name: 'the same, median', value: percentile(ours, 0.5) };
  return row('agent line to stream client at 1,000/s (p99)', 'ms', {
    value: percentile(ours, 0.99),
    baseline,
    goal: '< 15 ms',
  });
}

/** Its agent prints a thousand lines a second. */
export function startPrintingEngine(options: MeasuredEngineOptions = {}): Promise<MeasuredEngine> {
  const agent = fileURLToPath(new URL('../../test/support/printing-agent.mjs', import.meta.url));
  chmodSync(agent, 0o755);
  return startMeasuredEngine({ ...options, claude: agent, LINES_PER_SECOND: '1000' });
}

/** How long each line of a turn takes to the client. */
export async function talk(engine: MeasuredEngine): Promise<number[]> {
  const chatId = await chatOf(engine);
  const delays = followDelays(engine);
  await engine.call('POST', `/chats/${chatId}/messages`, { message: 'talk' });
  return delays;
}

const DeltaSchema = z.object({
  type: z.literal('chat.turn.delta'),
  payload: z.object({ event: z.object({ payload: z.object({ printedAt: z.number() }) }) }),
});

async function followDelays({ url }: MeasuredEngine): Promise<number[]> {
  const { body } = await fetch(`${url}/events`, { headers: HEADERS });
  const delays: number[] = [];
  let rest = '';
  for await (const bytes of body ?? []) {
    const now = performance.timeOrigin + performance.now();
    const frames = (rest + Buffer.from(bytes).toString('utf8')).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      if (frame.includes('event: chat.turn.completed')) return delays;
      const delta = DeltaSchema.safeParse(JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? 'null'));
      if (delta.success) delays.push(now - delta.data.payload.event.payload.printedAt);
    }
  }
  return delays;
}

function row(
  name: string,
  unit: string,
  { value, baseline, goal }: { value: number; baseline: BenchRow['baseline']; goal?: string },
): BenchRow {
  return {
    name,
    unit,
    value,
    baseline,
    ratio: value / baseline.value,
    ...(goal === undefined ? {} : { goal }),
  };
}
