import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkHooks } from '../../../src/cli/check-hooks.ts';
import { runHooks } from '../../../src/cli/run-hooks.ts';

const PAGE = await readFile('docs/hooks.md', 'utf8');

let folder: string;
let printed: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recipe-'));
  await mkdir(join(folder, 'bin'));
  printed = '';
});

afterEach(() => rm(folder, { recursive: true }));

describe('docs/hooks.md', () => {
  it('installs dependencies when the lock file changed, and only then', async () => {
    await writeRecipe('Install dependencies');
    await writeFile(join(folder, 'package-lock.json'), '{}');
    await writeProgram('npm', 'echo "npm $*"; mkdir -p node_modules');

    await expect(run()).resolves.toBe(0);
    expect(outputOf(printed)).toBe('npm ci\n');
    await expect(run()).resolves.toBe(0);
    expect(outputOf(printed)).toBe('');
    await writeFile(join(folder, 'package-lock.json'), '{"changed":true}');
    await expect(run()).resolves.toBe(0);
    expect(outputOf(printed)).toBe('npm ci\n');
  });

  it('waits for the docker daemon, then starts the containers', async () => {
    await writeRecipe('Docker');
    await writeProgram(
      'docker',
      'if [ "$1" = info ]; then [ -e asked ] || { touch asked; exit 1; }; else echo "docker $*"; fi',
    );

    await expect(run()).resolves.toBe(0);
    expect(outputOf(printed)).toBe('docker compose up -d --wait\n');
  });

  it('leaves a server running that answers', async () => {
    await writeRecipe('A long-running server', (text) => text.replaceAll('/tmp/server', './server'));
    await writeProgram('../server', 'echo $$ >server.pid; touch server.ready; exec sleep 1009');

    await expect(run()).resolves.toBe(0);
    const pid = Number(await readFile(join(folder, 'server.pid'), 'utf8'));
    expect(process.kill(pid, 'SIGKILL')).toBe(true);
  });

  it('writes a secret where only the user can read it, and does not print it', async () => {
    await writeRecipe('Secrets');

    await expect(run({ API_TOKEN: 'sesame' })).resolves.toBe(0);
    expect(await readFile(join(folder, '.env'), 'utf8')).toBe('API_TOKEN=sesame\n');
    expect((await stat(join(folder, '.env'))).mode & 0o777).toBe(0o600);
    expect(printed).not.toContain('sesame');
  });

  it('has no recipe that no test runs', () => {
    const recipes = PAGE.slice(PAGE.indexOf('## Recipes')).match(/^### .*$/gm);

    expect(recipes).toEqual([
      '### Install dependencies',
      '### Docker',
      '### A long-running server',
      '### Secrets',
    ]);
  });
});

/** Takes the file out of the page, as it stands there but for what `adapt` moves to where the test can see it. */
async function writeRecipe(title: string, adapt = (text: string) => text): Promise<void> {
  const section = PAGE.slice(PAGE.indexOf(`### ${title}\n`));
  const [, language = '', text = ''] = /```(json|yaml)\n([^]*?)```/.exec(section) ?? [];
  await writeFile(join(folder, `replicas.${language}`), adapt(text));
  expect(checkHooks(folder, () => undefined)).toBe(0);
}

async function writeProgram(name: string, script: string): Promise<void> {
  const file = join(folder, 'bin', name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

function run(env: Record<string, string> = {}): Promise<number> {
  printed = '';
  return runHooks({
    folder,
    kind: 'start',
    env: { PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, ...env },
    isTerminal: false,
    width: 200,
    signal: new AbortController().signal,
    print: (text) => {
      printed += text;
    },
  });
}

/** What the commands printed, behind the table. */
function outputOf(text: string): string {
  return text.split('\n\n')[1] ?? '';
}
