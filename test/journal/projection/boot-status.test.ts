import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { BootStatus } from '../../../src/journal/projection/boot-status.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';

const SINCE = '2026-01-01T00:00:00.000Z';

async function startBoot() {
  const file = join(await temporaryFolder(), 'cloud-init-output.log');
  const settings = { CLOUD_INIT_OUTPUT_LOG: file, CLOUD_INIT_TIMEOUT_MS: 600_000 };
  return { file, boot: new BootStatus(settings) };
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(SINCE), toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
});

describe('boot', () => {
  it('says which file it waits for, until when, and how to go on at once', async () => {
    const { file, boot } = await startBoot();

    expect(boot.read()).toEqual({
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
    const { file, boot } = await startBoot();
    await writeFile(file, '');

    expect(boot.at('initializing')).toEqual({ state: 'initializing', since: SINCE });
    expect(boot.at('ready')).toEqual({ state: 'ready', since: SINCE });
  });

  it('says how long it looks at repositories, and that hooks have limits of their own', async () => {
    const { boot } = await startBoot();

    expect(boot.at('discoveringRepositories').waitingFor).toMatchObject({
      for: 'repositories',
      until: '2026-01-01T00:00:08.000Z',
      skip: null,
    });
    expect(boot.at('runningHooks').waitingFor).toMatchObject({
      for: 'startHooks',
      until: null,
      skip: null,
    });
  });
});
