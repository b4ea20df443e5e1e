import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { createEngineClient, type EngineClient } from '../support/engine-client.ts';
import { launchEngine, stopEngine, type EngineProcess } from '../support/engine-process.ts';
import { startOutsideWatch } from '../support/outside-watch.ts';
import { createTemporaryHome } from '../support/temporary-home.ts';

const SESSION = /^ENGINE=[\s\S]*^kill \$!$/m;

it('shows a newcomer without account and network two real agents that edit a real file', async () => {
  const { demo, start, environment, hosts } = await createTrial();
  const { engine, session } = await start();
  expect(engine.logs()).toContain('scripted stand-in');

  const { stdout } = await execa('bash', ['-c', session], { env: environment, extendEnv: false });
  expect(await notesIn(demo)).toEqual(['- Hello from curl', '- Hello Codex']);
  expect((await execa('git', ['diff', '--stat'], { cwd: demo })).stdout).toContain(
    '1 file changed, 2 insertions',
  );
  expect(stdout).toContain('event: chat.turn.delta');
  expect(stdout.match(/"type":"chat\.turn\.completed".*"outcome":"completed"/g)).toHaveLength(2);
  expect(stdout).toMatch(/"outcome":"interrupted"/);
  expect(stdout).toContain('"interrupted":true');
  expect(stdout).toContain('*** Update File: ');

  expect(await engine.end('SIGINT')).toEqual({ code: 0, signal: null });
  expect(await readdir(environment.HOME)).toEqual([]);
  expect(hosts).toEqual([]);
});

it('takes up the conversations with both agents when it is started again', async () => {
  const { demo, start } = await createTrial();
  const first = await start();
  await expectNotes(first.client, 'before');
  await first.engine.end('SIGINT');

  const second = await start();
  await expectNotes(second.client, 'after');
  expect(await notesIn(demo)).toEqual(
    ['claude before', 'codex before', 'claude after', 'codex after'].map(toNote),
  );
  const codex = await second.client.firstChat('codex');
  expect(JSON.stringify(await second.client.history(codex))).not.toContain('could not be resumed');
});

it('goes on with a turn of each agent when it is killed in the middle and started again', async () => {
  const { demo, start } = await createTrial();
  let { engine, client } = await start();
  for (const provider of ['claude', 'codex']) {
    const stream = await client.follow();
    const messageId = await client.send(await client.firstChat(provider), `${provider} unharmed`);
    await stream.waitFor(({ type }) => type === 'chat.turn.delta');
    await engine.end('SIGKILL');

    ({ engine, client } = await start());
    const again = await client.follow({ after: stream.cursor() ?? '' });
    expect(await again.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'completed' } });
  }
  expect(await notesIn(demo)).toEqual(['- claude unharmed', '- codex unharmed']);
});

/** A folder to start `replicas-engine dev` in, by somebody whose home is empty. */
async function createTrial() {
  const folder = await createTemporaryHome();
  onTestFinished(() => folder.remove());
  const watch = await startOutsideWatch();
  const home = join(folder.path, 'home');
  await mkdir(home);
  const dev = join(folder.path, '.replicas-dev');
  const environment = { ...watch.environment, PATH: process.env['PATH'], HOME: home };
  const start = async () => {
    const engine = launchEngine(environment, { command: ['dev', '--port', '0'], cwd: folder.path });
    onTestFinished(() => stopEngine(engine));
    const session = await sessionOf(engine);
    const secret = (await readFile(join(dev, 'engine-secret'), 'utf8')).trim();
    return { engine, session, client: createEngineClient({ url: urlIn(session), secret }) };
  };
  return { demo: join(dev, 'workspaces', 'demo'), start, environment, hosts: watch.hosts };
}

/** The commands that it prints for the newcomer. */
async function sessionOf(engine: EngineProcess): Promise<string> {
  await expect.poll(engine.logs, { timeout: 60_000 }).toMatch(SESSION);
  return SESSION.exec(engine.logs())?.[0] ?? '';
}

function urlIn(session: string): string {
  return /^ENGINE=(.*)$/m.exec(session)?.[1] ?? '';
}

/** Tells one agent after the other, and waits for each. */
async function expectNotes(client: EngineClient, word: string): Promise<void> {
  const stream = await client.follow();
  for (const provider of ['claude', 'codex']) {
    const messageId = await client.send(await client.firstChat(provider), `${provider} ${word}`);
    expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'completed' } });
  }
}

function toNote(text: string): string {
  return `- ${text}`;
}

async function notesIn(demo: string): Promise<string[]> {
  return (await readFile(join(demo, 'NOTES.md'), 'utf8')).split('\n').filter((line) => line.startsWith('- '));
}
