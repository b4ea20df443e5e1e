import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkHooks } from '../../../src/cli/check-hooks.ts';
import { createLiveLines, runHooks } from '../../../src/cli/run-hooks.ts';
import { PROGRAM } from '../../support/engine-process.ts';

let folder: string;
let printed: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'cli-')), 'app');
  await mkdir(folder);
  printed = '';
});

afterEach(() => rm(join(folder, '..'), { recursive: true }));

it.each([
  ['that nobody reads any more', '| true', { exitCode: 0, stderr: '' }],
  [
    'that nothing can be written to',
    '> /dev/full',
    { exitCode: 1, stderr: 'The output cannot be written: ENOSPC: no space left on device, write' },
  ],
])('a command whose output is a place %s ends so', async (_, place, ending) => {
  const command = `set -o pipefail; ${process.execPath} ${PROGRAM} openapi ${place}`;
  expect(await execa('bash', ['-c', command], { reject: false })).toMatchObject(ending);
});

describe('hooks check', () => {
  it('says what a valid file asks for', async () => {
    await write({ startHook: { commands: ['a', 'b'] }, warmHook: { commands: ['c'], separate: false } });

    expect(checkHooks(folder, print)).toBe(0);
    expect(printed).toBe(`replicas.json is valid.
  startHook: 2 commands, each in its own shell, 300 s each
  warmHook: 1 command, in one shell, 300 s for all
  systemPrompt: none
`);
  });

  it('names what is wrong, and fails', async () => {
    await write({ startHook: { commands: [1] } });

    expect(checkHooks(folder, print)).toBe(1);
    expect(printed).toBe('replicas.json: startHook.commands[0]: must be a text\n');
  });

  it('says that there is no such folder, and so does running', async () => {
    const nowhere = join(folder, 'nowhere');

    expect(() => checkHooks(nowhere, print)).toThrow(`There is no folder ${nowhere}.`);
    await expect(run({ folder: nowhere })).rejects.toThrow(`There is no folder ${nowhere}.`);
  });

  it('fails without a file', () => {
    expect(checkHooks(folder, print)).toBe(1);
    expect(printed).toBe(`There is no replicas.json or replicas.yaml or replicas.yml in ${folder}.\n`);
  });
});

describe('hooks run', () => {
  it('runs every command, shows how each went and what they printed, and exits as the first that failed', async () => {
    await write({ startHook: { commands: ['echo out; echo err >&2', 'exit 3', 'exit 4', 'pwd'] } });

    await expect(run()).resolves.toBe(3);
    const lines = printed.replaceAll(/ +\d\.\d s/g, ' # s').split('\n');
    expect(lines).toContain('✔ 1/4  succeeded     0 # s  echo out; echo err >&2');
    expect(lines).toContain('✘ 2/4  failed        3 # s  exit 3');
    expect(lines).toContain('✘ 3/4  failed        4 # s  exit 4');
    expect(lines.slice(-5)).toEqual(['', 'out', 'err', folder, '']);
  });

  it('keeps what one command sets for the next when they share a shell', async () => {
    await write({
      startHook: {
        commands: ['cd /; X=1', "echo 'it''s'", 'echo $PWD $X', 'exit 7', 'echo never'],
        separate: false,
      },
    });

    await expect(run()).resolves.toBe(7);
    expect(printed).toMatch(/\n\nits\n\/ 1\n$/);
    expect(printed).toMatch(/- 5\/5 {2}skipped/);
  });

  it('goes on behind a command that is no valid shell, also in a shared one', async () => {
    await write({ startHook: { commands: ['if then', 'echo on'], separate: false } });

    await run();

    expect(printed).toMatch(/✘ 1\/2 {2}failed/);
    expect(printed).toMatch(/✔ 2\/2 {2}succeeded/);
  });

  it('runs the warm hook when asked to, and says when there is none', async () => {
    await write({ startHook: { commands: ['echo start'] } });

    await expect(run({ kind: 'warm' })).resolves.toBe(1);
    expect(printed).toBe(`There is no warmHook with commands in ${folder}.\n`);
  });

  it('shows no secret of its environment or of a login, nor where one stands in a command', async () => {
    await mkdir(join(folder, '.codex'));
    const login = { tokens: { access_token: 'token-of-a-login' } };
    await writeFile(join(folder, '.codex', 'auth.json'), JSON.stringify(login));
    await write({
      startHook: { commands: ['echo "$GH_TOKEN!"; cat ~/.codex/auth.json', 'echo ghp_1234567890'] },
    });

    await run({ env: { PATH: process.env['PATH'] ?? '', HOME: folder, GH_TOKEN: 'ghp_1234567890' } });

    expect(printed).toContain('echo [redacted]\n');
    expect(printed).toContain('[redacted]!\n{"tokens":{"access_token":"[redacted]"}}[redacted]\n');
    expect(printed).not.toMatch(/ghp_|token-of/);
  });

  it('ends everything when told to stop', async () => {
    const stop = new AbortController();
    await write({ startHook: { commands: ['touch begun; sleep 1008', 'touch next'] } });
    const running = run({ signal: stop.signal });
    await expect.poll(() => readdir(folder)).toContain('begun');

    stop.abort();

    await expect(running).resolves.toBe(1);
    expect(await readdir(folder)).toEqual(['begun', 'replicas.json']);
    expect(printed).toMatch(/✘ 1\/2 {2}interrupted/);
  });
});

it('a live table is drawn over itself on a terminal', () => {
  const show = createLiveLines({ isTerminal: true, print });

  show(['one', 'two']);
  show(['one!', 'two']);

  expect(printed).toBe(
    '\u001B[2Kone\n\u001B[2Ktwo\n\u001B[0J\u001B[2A\u001B[2Kone!\n\u001B[2Ktwo\n\u001B[0J',
  );
});

function print(text: string): void {
  printed += text;
}

function write(config: unknown): Promise<void> {
  return writeFile(join(folder, 'replicas.json'), JSON.stringify(config));
}

function run(options: Partial<Parameters<typeof runHooks>[0]> = {}): Promise<number> {
  return runHooks({
    folder,
    kind: 'start',
    env: { PATH: process.env['PATH'] ?? '' },
    isTerminal: false,
    width: 200,
    signal: new AbortController().signal,
    print,
    ...options,
  });
}
