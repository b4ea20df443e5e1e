import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HomeLockedError, lockHome } from '../../../src/storage/home-lock.ts';
import { launchEngine } from '../../support/engine-process.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';

const MODULE = new URL('../../../src/storage/home-lock.ts', import.meta.url).href;
const HOLDER = `import { lockHome } from ${JSON.stringify(MODULE)};
await lockHome(process.argv[1]);
process.stdout.write('held');
setInterval(() => {}, 1000);`;

describe('the lock of a home', () => {
  it('refuses a second process and names the first', async () => {
    const { file, holder } = await startHolder();
    const refusal = await lockHome(file, { waitMs: 0 }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(HomeLockedError);
    expect(refusal).toMatchObject({ holder: `pid ${holder.pid}` });
  });

  it('is handed over while the second process waits, also by kill -9', async () => {
    const { file, holder } = await startHolder();
    const waiting = lockHome(file, { waitMs: 60_000, pollEveryMs: 10 });
    holder.kill('SIGKILL');
    const lock = await waiting;
    await lock.release();
  });

  it('is free again once it was released', async () => {
    const file = join(await temporaryFolder(), 'engine', 'lock');
    const first = await lockHome(file);
    await expect(lockHome(file, { waitMs: 0 })).rejects.toThrow(`pid ${process.pid}`);
    await first.release();
    await (await lockHome(file, { waitMs: 0 })).release();
  });

  it('is not kept by a child of the holder', async () => {
    const file = join(await temporaryFolder(), 'lock');
    const lock = await lockHome(file);
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    onTestFinished(() => void child.kill());
    await once(child, 'spawn');
    await lock.release();
    await (await lockHome(file, { waitMs: 0 })).release();
  });
});

it('an engine that cannot lock its home says in a sentence which program it needs', async () => {
  const WORKSPACE_HOME = await temporaryFolder();
  const engine = launchEngine({ ...MINIMAL, WORKSPACE_HOME, PATH: WORKSPACE_HOME });

  expect(await engine.exited).toEqual({ code: 1, signal: null });
  expect(engine.logs()).toBe(
    `The home "${WORKSPACE_HOME}" cannot be locked (spawn flock ENOENT): install util-linux, which has the program flock, and keep the home on a disk that has locks.\n`,
  );
});

const MINIMAL = {
  WORKSPACE_ID: 'unlockable',
  REPLICAS_ENGINE_SECRET: 'secret-of-this-test',
  MONOLITH_URL: 'http://127.0.0.1:9',
  PORT: '0',
};

async function startHolder(): Promise<{ file: string; holder: ChildProcess }> {
  const file = join(await temporaryFolder(), 'lock');
  const holder = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', HOLDER, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  return { file, holder };
}
