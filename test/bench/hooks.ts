import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { percentile, residentMib, startMeasuredEngine } from './measured-engine.ts';
import type { MeasuredEngine } from './measured-engine.ts';
import type { BenchRow } from './row.ts';
import { createSampleRepository } from './sample-repository.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const LINES = 1_000_000;
const LINE = 'x'.repeat(99);
const MIB = (LINES * (LINE.length + 1)) / 1024 / 1024;
const PRINT = `yes ${LINE} | head -n ${LINES}`;
const ROUNDS = 3;

/** A hook that prints as fast as it can, beside the same command whose output goes through a pipe into a file. */
export async function run(): Promise<BenchRow[]> {
  const engine = await startMeasuredEngine({
    prepare: (home) => {
      const folder = createSampleRepository(join(home, 'workspaces', 'app'), { files: 1, changed: 0 });
      writeFileSync(join(folder, 'replicas.json'), JSON.stringify({ warmHook: { commands: [PRINT] } }));
    },
  });
  await engine.call('GET', '/status'); // it is loaded, and not only answers
  const before = residentMib(engine.pid);
  const [ours, raw]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(MIB / (await secondsOf(() => runHook(engine))));
    raw.push(MIB / (await secondsOf(pipeToFile)));
  }
  const grown = residentMib(engine.pid) - before;
  await engine.stop();
  const value = percentile(ours, 0.5);
  const pipe = percentile(raw, 0.5);
  return [
    {
      name: `output of a hook, ${Math.round(MIB)} MiB, until it is in the log`,
      unit: 'MiB/s',
      value,
      baseline: { name: 'the same through a pipe into a file', value: pipe },
      ratio: value / pipe,
    },
    {
      name: 'memory that it costs the engine',
      unit: 'MiB',
      value: grown,
      baseline: { name: 'before', value: before },
      ratio: (before + grown) / before,
      goal: '< 32 MiB',
    },
  ];
}

async function runHook(engine: MeasuredEngine): Promise<void> {
  await engine.call('POST', '/hooks/run?type=warm');
  while (((await engine.call('GET', '/status')) as { hooksRunning: boolean }).hooksRunning) await delay(20);
}

function pipeToFile(): Promise<void> {
  return withTemporaryFolder(async (folder) => {
    const file = join(folder, 'output');
    const child = spawn('/bin/bash', ['-c', `{ ${PRINT}; } | cat >'${file}'`], { stdio: 'ignore' });
    await once(child, 'exit');
    if (statSync(file).size !== LINES * (LINE.length + 1)) throw new Error('Some output is missing.');
  });
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1_000;
}
