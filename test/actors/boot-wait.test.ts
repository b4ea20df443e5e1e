import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { bootAt } from '../../src/actors/boot-wait.ts';
import type { BootLimits } from '../../src/actors/boot-wait.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

const SINCE = '2026-01-01T00:00:00.000Z';

async function limits(): Promise<BootLimits> {
  const file = join(await temporaryFolder(), 'cloud-init-output.log');
  return { cloudInit: { file, limitMs: 600_000 }, repositories: { limitMs: 8_000 } };
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(SINCE), toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
});

describe('boot', () => {
  it('says which file it waits for, until when, and how to go on at once', async () => {
    const given = await limits();
    const { file } = given.cloudInit;

    expect(bootAt('initializing', given)).toEqual({
      state: 'initializing',
      since: SINCE,
      waitingFor: {
        for: 'cloudInit',
        message: `Waiting for ${file}, the sign that cloud-init sets up this machine, for 600 s at most.`,
        since: SINCE,
        until: '2026-01-01T00:10:00.000Z',
        skip: `Not a machine with cloud-init? Make the file (touch ${file}), or start with CLOUD_INIT_OUTPUT_LOG naming a file that is there, or with a shorter CLOUD_INIT_TIMEOUT_MS.`,
      },
    });
  });

  it('waits for nothing where the file is there, nor when it is ready', async () => {
    const given = await limits();
    await writeFile(given.cloudInit.file, '');

    expect(bootAt('initializing', given)).toEqual({ state: 'initializing', since: SINCE });
    expect(bootAt('ready', given)).toEqual({ state: 'ready', since: SINCE });
  });

  it('says how long it looks at repositories, and that hooks have limits of their own', async () => {
    const given = await limits();

    expect(bootAt('discoveringRepositories', given).waitingFor).toMatchObject({
      for: 'repositories',
      until: '2026-01-01T00:00:08.000Z',
      skip: null,
    });
    expect(bootAt('runningHooks', given).waitingFor).toMatchObject({
      for: 'startHooks',
      until: null,
      skip: null,
    });
  });
});
