import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { hear } from '../../../src/agents/process/hear.ts';
import { filesOf } from '../../../src/processes/run.ts';
import { codecOf, contextOf } from './fakes.ts';

it('an agent that refuses at once is not waited for, also where its output cannot be read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hear-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const run = { id: 'run-1', folder };
  await writeFile(filesOf(run).stdin, '');
  await mkdir(filesOf(run).stdout);
  const failure = { code: 'auth', message: 'Log in.' };
  const refusing = () => ({ state: {}, outcome: 'failed' as const, failure });
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const { signal } = new AbortController();

  const heard = hear(refusing, { run, state: {}, codec: codecOf(), context: contextOf(), signal });

  await expect(heard).rejects.toThrow('Log in.');
  await expect(readFile(filesOf(run).stdout)).rejects.toThrow('EISDIR'); // as by then the agent's reader found
  await setImmediate();
  expect(unhandled).toEqual([]);
});
