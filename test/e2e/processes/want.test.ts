import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { chmod, copyFile, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { identify } from '../../../src/processes/identify.ts';
import { launch } from '../../../src/processes/launch.ts';
import { filesOf } from '../../../src/processes/run.ts';
import { launchShell, newRun, readAll, shellOptions, temporaryFolder } from './support.ts';

const PATIENCE = { timeout: 60_000 };

/** Programs of the shell around a process, of which `mkfifo` fails with this complaint as many times. */
async function shellThatLacks(complaint: string, times: number): Promise<{ PATH: string }> {
  const folder = await temporaryFolder();
  const real = execFileSync('/bin/sh', ['-c', 'command -v mkfifo'], { encoding: 'utf8' }).trim();
  const script = `#!/bin/sh\necho x >>"${folder}/tries"\n[ "$(wc -l <"${folder}/tries")" -gt ${times} ] && exec ${real} "$@"\necho "${complaint}" >&2\nexit 1\n`;
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin', 'mkfifo'), script);
  await chmod(join(folder, 'bin', 'mkfifo'), 0o755);
  return { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
}

describe('what cannot start for want of something', () => {
  it('is started once more, and then runs as if nothing had been', async () => {
    const run = await newRun();
    const env = await shellThatLacks('sh: 1: Cannot fork', 1);

    await launch(run, { ...shellOptions('echo here; cat'), env, stdin: Buffer.from('') });

    await vi.waitFor(
      async () => expect(await readFile(filesOf(run).stdout, 'utf8')).toBe('here\n'),
      PATIENCE,
    );
    expect(await readFile(filesOf(run).stderr, 'utf8')).toBe('');
    expect(identify(run)).toMatchObject({ state: 'running' });
  });

  it('says what its shell said, when that does not help', async () => {
    const run = await newRun();
    const env = await shellThatLacks('sh: 1: Cannot fork', 2);

    await expect(launch(run, { ...shellOptions('echo here'), env })).rejects.toMatchObject({
      code: 'EAGAIN',
      message: 'The process could not be started: sh: 1: Cannot fork',
    });
  });

  it('is not started again for another reason', async () => {
    const run = await newRun();
    const env = await shellThatLacks('mkfifo: not today', 1);

    await expect(launch(run, { ...shellOptions('echo here'), env })).rejects.toMatchObject({
      message: 'The process could not be started: mkfifo: not today',
    });
  });
});

describe('a program that is being replaced', () => {
  it('is executed once it is whole', async () => {
    const folder = await temporaryFolder();
    const program = join(folder, 'program');
    await copyFile('/bin/echo', program);
    await chmod(program, 0o755);
    // The shell's pause lasts as long as the test wants.
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'bin', 'sleep'), `#!/bin/sh\nuntil [ -e "${folder}/whole" ]; do :; done\n`);
    await chmod(join(folder, 'bin', 'sleep'), 0o755);
    const writer = await open(program, 'r+');

    const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
    const run = await launchShell('', { command: program, args: ['whole'], env });
    await vi.waitFor(
      async () => expect(await readFile(filesOf(run).stderr, 'utf8')).toContain('Text file busy'),
      PATIENCE,
    );
    await writer.close();
    await writeFile(join(folder, 'whole'), '');

    expect(await readAll(run)).toEqual({ lines: ['whole'], end: { isOver: true, exitCode: 0 } });
  });

  it('that stays busy is told by its exit code and by what the shell says', async () => {
    const program = join(await temporaryFolder(), 'program');
    await copyFile('/bin/echo', program);
    await chmod(program, 0o755);
    const writer = await open(program, 'r+');
    onTestFinished(() => writer.close());

    const run = await launchShell('', { command: program, args: ['whole'] });

    expect(await readAll(run)).toEqual({ lines: [], end: { isOver: true, exitCode: 126 } });
    expect(await readFile(filesOf(run).stderr, 'utf8')).toContain(`${program}: Text file busy`);
  });
});

describe('a machine that has no watch left', () => {
  it('has its processes followed all the same', async () => {
    const watch = vi.spyOn(fs, 'watch').mockImplementation(() => {
      throw Object.assign(new Error('EMFILE: too many open files, watch'), { code: 'EMFILE' });
    });
    syncBuiltinESMExports();
    onTestFinished(() => {
      watch.mockRestore();
      syncBuiltinESMExports();
    });
    const run = await launchShell('echo one; sleep 0.2; echo two; exit 3');

    expect(await readAll(run)).toEqual({ lines: ['one', 'two'], end: { isOver: true, exitCode: 3 } });
    expect(watch).toHaveBeenCalled();
  });
});
