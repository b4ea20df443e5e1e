import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { createProgram } from '../../../src/cli/program.ts';
import { PROGRAM } from '../../support/engine-process.ts';
import { startWorkspace, type Workspace } from '../../support/workspace.ts';

const COMMANDS = await readFile('docs/command-line.md', 'utf8');
const CLIENT = await readFile('docs/client.md', 'utf8');

it('every command of docs/command-line.md does what it says', { timeout: 300_000 }, async () => {
  const workspace = await startWorkspace({ prepare: addRepository });
  const folder = await mkdtemp(join(tmpdir(), 'command-line-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(
    join(folder, 'replicas-engine'),
    `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`,
  );
  await chmod(join(folder, 'replicas-engine'), 0o755);

  for (const block of blocksOf(COMMANDS, 'sh')) {
    const { exitCode, all } = await execa('bash', ['-eu', '-o', 'pipefail', '-c', block], {
      cwd: workspace.home,
      env: { ...workspace.environment, PATH: `${folder}:${process.env['PATH']}` },
      extendEnv: false,
      reject: false,
      all: true,
    });
    expect(exitCode, `${block}\n${all}`).toBe(0);
    expect(all).not.toContain(workspace.environment['REPLICAS_ENGINE_SECRET']);
  }
});

it('docs/command-line.md names every command', () => {
  const nobody = () => Promise.resolve();
  const program = createProgram({ serve: nobody, dev: nobody, run: nobody, loadWorkspaceFiles: noFiles });
  const names = program.commands.flatMap((command) =>
    command.commands.length === 0
      ? [command.name()]
      : command.commands.map((part) => `${command.name()} ${part.name()}`),
  );

  expect(names.filter((name) => !COMMANDS.includes(`\`${name}\``))).toEqual([]);
});

it('every example of docs/client.md runs', async () => {
  const workspace = await startWorkspace();
  const printed = [];
  for (const block of blocksOf(CLIENT, 'js')) printed.push(await runExample(block, workspace));

  expect(printed).toEqual([
    expect.stringMatching(/^\d+\.\d+\.\d+ is \w+, with 2 chats$/),
    'You said: Hello\ncompleted',
    expect.stringMatching(/^read 3 \w+\n(.+\n)*chat\.created 4 \w+$/),
    'There is no chat with id "nobody"; GET /chats lists them.',
  ]);
});

/** Inside the package, where its name leads to what it exports. */
async function runExample(code: string, { client, environment }: Workspace): Promise<string> {
  const file = join(PROGRAM, '..', `example-${randomUUID()}.mjs`);
  await writeFile(file, code);
  onTestFinished(() => rm(file));
  const { stdout } = await execa(process.execPath, [file], {
    env: { ...environment, ENGINE_URL: client.url },
    extendEnv: false,
  });
  return stdout;
}

function blocksOf(page: string, language: string): string[] {
  const blocks = page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'));
  return [...blocks].map(([, block = '']) => block);
}

async function addRepository(home: string): Promise<void> {
  const folder = join(home, 'workspaces', 'app');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'replicas.json'), JSON.stringify({ startHook: { commands: ['echo ready'] } }));
  const git = (...parameters: string[]) => execa('git', ['-C', folder, ...parameters]);
  await git('init', '-q');
  await git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'first');
}

function noFiles(): Promise<never> {
  return Promise.reject(new Error('No workspace is exported here.'));
}
