import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Reader } from '../../../../src/agents/process/reader.ts';
import { Steering } from '../../../../src/agents/process/steering.ts';
import { createRun, filesOf, RUN_MARKER } from '../../../../src/processes/run.ts';
import { CHAT, converse } from '../../../agents/process/fakes.ts';

it('a process whose output cannot be read is taken up, and told to be damaged', async () => {
  const agents = await mkdtemp(join(tmpdir(), 'reader-'));
  onTestFinished(() => rm(agents, { recursive: true, force: true }));
  const run = createRun(agents, 'run-1');
  const living = spawn('sleep', ['600'], { env: { ...process.env, [RUN_MARKER]: run.id } });
  onTestFinished(() => void living.kill());
  await once(living, 'spawn');
  await mkdir(filesOf(run).stdout, { recursive: true });
  await writeFile(filesOf(run).shim, `${living.pid}\n`);
  await writeFile(filesOf(run).stdin, '');
  const parts = converse({}, { paths: { home: agents, workspaces: agents, agents, plans: [] } });
  const { context, facts, reported } = parts;
  const steering = new Steering({ context, facts, found: [], standing: () => null, write: () => undefined });
  const chat = { ...CHAT, position: { runId: run.id, offset: 0 } };
  const { signal } = new AbortController();

  await new Reader({
    ...parts,
    chat,
    steering,
    signal,
    tell: () => undefined,
    onLine: () => undefined,
  }).attach();

  expect(reported.map(({ type }) => type)).toEqual(['process.found', 'process.damaged']);
});
