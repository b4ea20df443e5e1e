import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EngineClient, type HookTestEvent } from '../../src/client/client.ts';
import type { HooksStatus } from '../../src/contract/hooks.ts';
import { findProcess } from '../../src/processes/process-table.ts';
import { createHookRepository, startHook } from '../support/hook-repositories.ts';
import { startWorkspace, type Workspace } from '../support/workspace.ts';

const PATIENCE = { timeout: 60_000, interval: 50 };

describe('a hook of the environment', () => {
  it('runs in the home before those of repositories, and is told as what it is', async () => {
    const { home, client } = await startWorkspace({
      prepare: async (folder) => {
        await createHookRepository(folder, 'app', startHook(['cat ~/made']));
        await mkdir(join(folder, '.replicas'), { recursive: true });
        await writeFile(join(folder, '.replicas', 'start-hook.sh'), 'pwd > ~/made\necho prepared\nexit 3\n');
        await writeFile(join(folder, '.replicas', 'warm-hook.sh'), 'echo warm\n');
      },
    });
    const stream = await client.follow();
    await expect.poll(() => status(client, 'state'), PATIENCE).toBe('failed');

    const { hooks } = (await client.get<HooksStatus>('/hooks/status')).body;
    await client.post('/hooks/run?type=warm');
    await stream.waitFor(({ type }) => type === 'hooks.completed');
    const warm = (await client.get<HooksStatus>('/hooks/status')).body.hooks.find(
      ({ kind }) => kind === 'warm',
    );

    expect(hooks).toMatchObject([
      {
        hookType: 'environment',
        hookName: 'environment',
        repoName: 'environment',
        hookCommands: ['. ~/.replicas/start-hook.sh'],
        hookScript: 'pwd > ~/made\necho prepared\nexit 3\n',
        status: 'failed',
        exitCode: 3,
        output: 'prepared\n',
      },
      { hookType: 'repository', repoName: 'app', status: 'succeeded', output: `${home}\n` },
    ]);
    expect(warm).toMatchObject({ hookType: 'global', hookName: 'global', output: 'warm\n' });
    expect(await readFile(join(home, '.replicas', 'startHooks.log'), 'utf8')).toContain(
      '[environment] prepared',
    );
  });
});

describe('a script that is tried', () => {
  it('tells what it prints, without secrets, and how it ended; nothing is recorded and nothing stays', async () => {
    const workspace = await startWorkspace({ environment: { API_TOKEN: 'hidden-from-all' } });
    await createHookRepository(workspace.home, 'app');
    const script = 'pwd; echo "$API_TOKEN"; setsid sleep 1000 & echo $! > ~/pid; exit 4';

    const events = await told(clientOf(workspace).hooks.test({ script, repo: 'app' }));

    const text = events.flatMap((event) => (event.type === 'output' ? [event.text] : [])).join('');
    expect(text).toBe(`${workspace.folder}/app\n[redacted]\n`);
    expect(events[0]).toEqual({ type: 'started', startedAt: expect.any(String) });
    expect(events.at(-1)).toEqual({
      type: 'ended',
      exitCode: 4,
      timedOut: false,
      outputTruncated: false,
      durationMs: expect.any(Number),
    });
    expect(await pidOf(workspace)).toBeNull();
    expect(await remains(workspace)).toEqual([]);
    expect((await workspace.client.get<HooksStatus>('/hooks/status')).body.hooks).toEqual([]);
  });

  it.each([
    [
      'out of time',
      { script: "trap '' TERM; while :; do sleep 1; done", timeoutMs: 500 },
      { exitCode: 124, timedOut: true },
    ],
    ['of words', { script: 'yes' }, { outputTruncated: true }],
  ])('is ended when it runs %s', async (_, script, outcome) => {
    const workspace = await startWorkspace();

    const events = await told(clientOf(workspace).hooks.test(script));

    expect(events.at(-1)).toMatchObject({ type: 'ended', ...outcome });
    expect(JSON.stringify(events).length).toBeLessThan(3 * 1024 * 1024);
    expect(await remains(workspace)).toEqual([]);
  });

  it('ends with its caller, with the engine, and at the latest when the next engine starts', async () => {
    const workspace = await startWorkspace();
    const script = 'echo $$ > ~/pid; while :; do sleep 1; done';
    const running = async () => {
      const events = clientOf(workspace).hooks.test({ script });
      const over = told(events).catch(() => []);
      await expect.poll(() => existsSync(join(workspace.home, 'pid')), PATIENCE).toBe(true);
      await expect.poll(() => pidOf(workspace), PATIENCE).not.toBeNull();
      return { events, over };
    };

    await (await running()).events.return(undefined);
    await expect.poll(() => pidOf(workspace), PATIENCE).toBeNull();
    await expect.poll(() => remains(workspace), PATIENCE).toEqual([]);
    const killed = await running();
    await workspace.kill();
    expect(await pidOf(workspace)).not.toBeNull();
    await workspace.start();
    await expect.poll(() => pidOf(workspace), PATIENCE).toBeNull();
    const stopped = await running();
    const ending = await workspace.engine().end('SIGTERM');

    expect(ending).toMatchObject({ code: 0 });
    expect(await pidOf(workspace)).toBeNull();
    await Promise.all([killed.over, stopped.over]);
  });

  it('is refused in a repository that there is not, and when four run', async () => {
    const workspace = await startWorkspace();
    const client = clientOf(workspace);
    const tests = Array.from({ length: 4 }, () => client.hooks.test({ script: 'sleep 1000' }));
    for (const test of tests) await test.next();

    await expect(client.hooks.test({ script: 'true' }).next()).rejects.toMatchObject({
      code: 'too_many_hook_tests',
    });
    await expect(client.hooks.test({ script: 'true', repo: 'none' }).next()).rejects.toMatchObject({
      code: 'repo_not_found',
    });
    await expect(client.hooks.test({ script: ' ' }).next()).rejects.toMatchObject({
      code: 'validation_failed',
    });
    for (const test of tests) await test.return(undefined);
  });
});

function clientOf({ client, environment }: Workspace) {
  return new EngineClient({ url: client.url, secret: environment['REPLICAS_ENGINE_SECRET'] ?? '' });
}

async function told(events: AsyncGenerator<HookTestEvent>): Promise<HookTestEvent[]> {
  const all = [];
  for await (const event of events) all.push(event);
  return all;
}

async function pidOf({ home }: Workspace) {
  return findProcess(Number(await readFile(join(home, 'pid'), 'utf8')));
}

function remains({ home }: Workspace): Promise<string[]> {
  return readdir(join(home, '.replicas', 'engine', 'hook-tests'));
}

async function status(client: Workspace['client'], key: keyof HooksStatus) {
  return (await client.get<HooksStatus>('/hooks/status')).body[key];
}
