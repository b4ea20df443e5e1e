import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { planHooks } from '../../src/hooks/plan-hooks.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { write } from '../workspace/git-fixture.ts';

async function plan(kind: 'start' | 'warm', prepare: (replicas: string, home: string) => void) {
  const home = await temporaryFolder();
  const replicas = join(home, '.replicas');
  mkdirSync(replicas);
  prepare(replicas, home);
  const folder = join(home, 'workspaces', 'app');
  const repositories = [{ name: 'app', folder }];
  write(folder, { 'replicas.json': JSON.stringify({ startHook: { commands: ['true'] } }) });
  return { home, hooks: planHooks({ home, repositories, kind, runId: 'run', bootId: 'boot' }) };
}

it.each([
  ['start', 'environment', ['environment', 'app']],
  ['warm', 'global', ['global']],
] as const)(
  'a %s hook of the environment is one script in the home, called %s',
  async (kind, type, names) => {
    const { home, hooks } = await plan(kind, (replicas) => write(replicas, { [`${kind}-hook.sh`]: 'true' }));

    expect(hooks.map(({ repoName }) => repoName)).toEqual(names);
    expect(hooks[0]).toMatchObject({
      hookType: type,
      repoName: type,
      folder: home,
      status: 'pending',
      timeoutMs: 300_000,
      steps: [{ first: 0, count: 1 }],
      commands: [{ command: `. ~/.replicas/${kind}-hook.sh`, status: 'pending' }],
    });
  },
);

it('there is none without a script', async () => {
  const { hooks } = await plan('start', () => undefined);

  expect(hooks.map(({ repoName }) => repoName)).toEqual(['app']);
});

it.each([
  ['a pipe', (script: string) => execFileSync('mkfifo', [script])],
  ['a folder', (script: string) => mkdirSync(script)],
  ['a link to a device', (script: string) => symlinkSync('/dev/zero', script)],
  ['a link to nowhere', (script: string) => symlinkSync('nowhere', script)],
])('%s in its place is told as invalid and not run', async (_, make) => {
  const { hooks } = await plan('start', (replicas) => make(join(replicas, 'start-hook.sh')));

  expect(hooks[0]).toMatchObject({
    hookType: 'environment',
    status: 'invalid',
    commands: [],
    error: { code: 'hooks_file_invalid', message: expect.stringContaining('start-hook.sh: expected a file') },
  });
});
