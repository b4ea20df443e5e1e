import { existsSync, readFileSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { documentedCommands, type Commands } from '../../support/documented-commands.ts';
import { fetchOnce } from '../../support/fetch-once.ts';
import { findFreePort } from '../../support/free-port.ts';
import { shareWorkspace } from '../../support/shared-workspace.ts';
import { createRepository } from '../../workspace/git-fixture.ts';

const ROOT = new URL('../../..', import.meta.url).pathname;
const PROGRAM = join(ROOT, 'dist/src/main.js');

/** Pages of which another test, which names them, runs everything. */
const PAGES_RUN_BY: Record<string, string> = { 'docs/command-line.md': 'test/e2e/docs/examples.test.ts' };

/** Blocks that another test runs, by their first line. */
const RUN_BY: Record<string, string> = {
  'npm ci && npm start': 'test/e2e/dev.test.ts',
  'ENGINE=http://127.0.0.1:3737': 'test/e2e/dev.test.ts',
};

/** Programs that would change this machine or need another: that they are called as they can be is what is tested. */
const STAND_INS: Record<string, string> = {
  npm: `case "$1 $2" in
  ci\\ *|start\\ *|test\\ *|'install --global'|'install replicas-engine') ;;
  'run '*) node -e 'process.exit(process.argv[1] in require("${ROOT}package.json").scripts ? 0 : 1)' "$2" ;;
  *) exit 1 ;;
esac`,
  docker: `case "$1" in
  build) [ -f "$3" ] && [ -d "$6" ] ;;
  run) ;;
  compose) [ "$2" = --file ] && [ -f "$3" ] ;;
  *) exit 1 ;;
esac`,
  kubectl: `[ "$1 $2" = 'apply --filename' ] && [ -f "$3" ]`,
  npx: '',
  systemctl: '',
  // What goes on for ever is cut off, what is refused is an error.
  curl: '"$CURL" --fail --max-time 3 "$@" || [ $? = 28 ]',
  'replicas-engine': `exec node ${PROGRAM} "$@"`,
};

/** What the folder holds in which commands are run: a checkout, and a repository with hooks. */
const CHECKOUT = ['dist', 'docs', 'machines', 'node_modules', 'package.json', 'src'];
const HOOKS = { startHook: { commands: ['echo prepared'] }, warmHook: { commands: ['echo warm'] } };

const SERVES = /^(?:node dist\/src\/main\.js|replicas-engine) serve$/m;

const shared = shareWorkspace();

describe('the commands of the documentation', () => {
  const here = documentedCommands().filter((commands) => !isRunElsewhere(commands));

  it.each(here.map(({ title, script }) => [title, script]))('%s', async (_, script) => {
    const { exitCode, all } = SERVES.test(script) ? await runServer(script) : await runOnce(script);

    expect(exitCode, all).toBe(0);
  });

  it('are run by another test where not here', () => {
    for (const [line, test] of Object.entries(RUN_BY)) {
      expect(existsSync(join(ROOT, test)), test).toBe(true);
      expect(
        documentedCommands().some(({ script }) => script.startsWith(`${line}\n`)),
        line,
      ).toBe(true);
    }
  });
});

function isRunElsewhere({ page, script }: Commands): boolean {
  const test = join(ROOT, PAGES_RUN_BY[page] ?? '');
  const isPageOfOther = page in PAGES_RUN_BY && existsSync(test) && readFileSync(test, 'utf8').includes(page);
  return isPageOfOther || Object.keys(RUN_BY).some((line) => script.startsWith(`${line}\n`));
}

/** Beside an engine that runs. */
async function runOnce(script: string) {
  const { client, environment, chatId, home } = await shared.enterAlone();
  const { cwd, path } = await createCheckout();
  const env = {
    ...environment,
    PATH: path,
    HOME: home,
    CHAT: chatId,
    REPLICAS_ENGINE_URL: client.url,
    ENGINE: client.url,
    SECRET: `X-Replicas-Engine-Secret: ${environment['REPLICAS_ENGINE_SECRET']}`,
    CURL: await findOnPath('curl'),
  };
  return execa('bash', ['-euo', 'pipefail', '-c', script], { ...OPTIONS, cwd, env });
}

/** Until it serves; then it is told to stop. */
async function runServer(script: string) {
  const { cwd, path } = await createCheckout();
  const port = await findFreePort();
  const env = { PATH: path, WORKSPACE_HOME: await temporaryFolder(), HOST: '127.0.0.1', PORT: String(port) };
  const stays = `${script}\ntrue`; // a shell becomes its last command
  const running = execa('bash', ['-euo', 'pipefail', '-c', stays], { ...OPTIONS, cwd, env });
  await expect
    .poll(
      () =>
        fetchOnce(`http://127.0.0.1:${port}/health`).then(
          ({ ok }) => ok,
          () => false,
        ),
      { timeout: 60_000 },
    )
    .toBe(true);
  await execa('pkill', ['-TERM', '-P', String(running.pid)]);
  return running;
}

const OPTIONS = { all: true, reject: false, extendEnv: false, stdin: 'ignore', timeout: 110_000 } as const;

async function createCheckout(): Promise<{ cwd: string; path: string }> {
  const cwd = await temporaryFolder();
  const bin = await temporaryFolder();
  await Promise.all(CHECKOUT.map((name) => symlink(join(ROOT, name), join(cwd, name))));
  const app = createRepository(join(cwd, 'workspaces', 'app'));
  for (const folder of [cwd, app]) await writeFile(join(folder, 'replicas.json'), JSON.stringify(HOOKS));
  for (const [name, script] of Object.entries(STAND_INS)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return { cwd, path: `${bin}:${process.env['PATH']}` };
}

async function findOnPath(command: string): Promise<string> {
  return (await execa('sh', ['-c', `command -v ${command}`])).stdout;
}
