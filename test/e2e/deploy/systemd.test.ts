import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { INSTALLING_MS, hasCommand, provideDebianPackage } from '../../support/debian-package.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { deployFile } from './deploy-files.ts';

it(
  'the unit of systemd is one that systemd takes, as soon as the engine is installed',
  async () => {
    await provideDebianPackage('systemd', () => hasCommand('systemd-analyze'));
    const unit = join(await temporaryFolder(), 'replicas-engine.service');
    await writeFile(
      unit,
      deployFile('replicas-engine.service').replace('/usr/bin/replicas-engine', '/bin/true'),
    );

    const { exitCode, all } = await execa('systemd-analyze', ['verify', unit], { all: true, reject: false });

    expect({ exitCode, all }).toEqual({ exitCode: 0, all: '' });
  },
  INSTALLING_MS,
);

it('it leaves agents alone when the engine dies or is restarted', () => {
  const lines = deployFile('replicas-engine.service').split('\n');

  expect(lines).toEqual(
    expect.arrayContaining(['KillMode=process', 'RestartKillSignal=SIGUSR2', 'OOMPolicy=continue']),
  );
});
