import { rm, writeFile } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createBootedHome, signOf, startInProcess } from '../support/start-in-process.ts';

async function startUnbooted(variables: Record<string, string> = {}) {
  const home = await createBootedHome();
  await rm(signOf(home));
  const lines: Record<string, unknown>[] = [];
  const output = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const engine = await startInProcess(home, variables, createLog({ level: 'info', secrets: [], output }));
  const said = (msg: string) => lines.filter((line) => line['msg'] === msg);
  return { home, engine, said };
}

it('says in snapshots and in the log that boot waits for cloud-init, until when and how to skip it', async () => {
  const { home, engine, said } = await startUnbooted({ CLOUD_INIT_TIMEOUT_MS: '90000' });

  const { boot } = await engine.status();

  expect(boot).toEqual({
    state: 'initializing',
    since: expect.any(String),
    waitingFor: {
      for: 'cloudInit',
      message: `Waiting for ${signOf(home)}, the sign that cloud-init sets up this machine, for 90 s at most.`,
      since: boot.since,
      until: new Date(Date.parse(boot.since) + 90_000).toISOString(),
      skip: expect.stringContaining(`touch ${signOf(home)}`),
    },
  });
  expect(engine.health()).toMatchObject({ status: 'initializing', boot });
  expect(said('boot waits')).toMatchObject([{ level: 'warn', waitingFor: boot.waitingFor }]);
});

it('waits no longer once the file is there, and says so', async () => {
  const { home, engine, said } = await startUnbooted();

  await writeFile(signOf(home), '');

  await vi.waitFor(async () => expect((await engine.status()).boot.state).toBe('ready'), { timeout: 20_000 });
  expect((await engine.status()).boot).toEqual({ state: 'ready', since: expect.any(String) });
  expect(said('boot goes on').at(-1)).toMatchObject({ state: 'ready' });
});

it('logs once what it went on without, and goes on saying it', async () => {
  const { engine, said } = await startUnbooted({ CLOUD_INIT_TIMEOUT_MS: '1' });
  const reason = 'The cloud-init log did not appear in time; boot went on without it.';

  await vi.waitFor(async () => expect((await engine.status()).boot.state).toBe('ready'), { timeout: 20_000 });

  expect(engine.health()).toMatchObject({ status: 'initializing', boot: { state: 'ready', reason } });
  expect(said('boot went on without').map((line) => line['reason'])).toEqual([reason]);
});
