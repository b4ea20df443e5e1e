import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { killAgents } from '../support/agent-processes.ts';
import { launchEngine } from '../support/engine-process.ts';
import { createTemporaryHome } from '../support/temporary-home.ts';

const SESSION = /^ENGINE=[\s\S]*^kill \$!$/m;

it('shows a newcomer without an account a real agent that edits a real file', async () => {
  const folder = await createTemporaryHome();
  onTestFinished(() => folder.remove());
  const environment = { PATH: process.env['PATH'], HOME: '/nonexistent' };
  const engine = launchEngine(environment, { command: ['dev', '--port', '0'], cwd: folder.path });
  onTestFinished(async () => void (await engine.end('SIGKILL')));
  const home = join(folder.path, '.replicas-dev');
  onTestFinished(() => killAgents(home));
  await expect.poll(engine.logs, { timeout: 30_000 }).toMatch(SESSION);
  expect(engine.logs()).toContain('scripted stand-in');

  const [session = ''] = SESSION.exec(engine.logs()) ?? [];
  const { stdout } = await execa('bash', ['-c', session], { env: environment, extendEnv: false });
  const demo = join(home, 'workspaces', 'demo');
  expect(await readFile(join(demo, 'NOTES.md'), 'utf8')).toMatch(/^- Hello from curl$/m);
  expect((await execa('git', ['diff', '--stat'], { cwd: demo })).stdout).toContain(
    '1 file changed, 1 insertion',
  );
  expect(stdout).toContain('event: chat.turn.delta');
  expect(stdout).toMatch(/"outcome":"completed"/);
  expect(stdout).toMatch(/"outcome":"interrupted"/);
  expect(stdout).toContain('"interrupted":true');

  expect(await engine.end('SIGINT')).toEqual({ code: 0, signal: null });
});
