import { existsSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Hook, HooksStatus } from '../../src/contract/hooks.ts';
import type { EngineClient } from '../support/engine-client.ts';
import { agentProcesses, endServices, killAgents } from '../support/agent-processes.ts';
import { createHookRepository, startHook } from '../support/hook-repositories.ts';
import { startWorkspace, type Workspace } from '../support/workspace.ts';

const PATIENCE = { timeout: 90_000, interval: 50 };

/** Time enough for a command that ends by itself, in milliseconds, also when the machine is busy. */
const TIME_LIMIT = 4_000;

describe('start hooks at boot', () => {
  it('run before the workspace is ready, and a message that came before runs then', async () => {
    const workspace = await startWithHooks({
      app: startHook([waitFor('go'), 'echo ready', 'exit 3', 'echo on']),
    });
    const { client, chatId, folder } = workspace;
    const stream = await client.follow({});
    await client.send(chatId, 'hello', { messageId: 'early' });
    await signal(workspace, 'go');

    await stream.waitForEnd('early');

    expect((await hooksOf(client))[0]).toMatchObject({
      repoName: 'app',
      status: 'failed',
      exitCode: 3,
      timedOut: false,
      commands: [
        { status: 'succeeded' },
        { status: 'succeeded', exitCode: 0 },
        { status: 'failed', exitCode: 3 },
        { status: 'succeeded' },
      ],
      output: 'ready\non\n',
      outputTotalChars: 9,
    });
    const types = stream.events.map(({ type }) => type);
    expect(types.filter((type) => type === 'hooks.failed')).toHaveLength(1);
    expect(types.indexOf('hooks.failed')).toBeLessThan(types.indexOf('engine.ready'));
    expect(types.indexOf('engine.ready')).toBeLessThan(types.indexOf('chat.turn.started'));
    expect(existsSync(join(folder, 'app'))).toBe(true);
  });

  it('that run out of time leave nothing behind, although they ignore what asks them to end', async () => {
    const hidden = `1002.${process.pid}`;
    const tree = `trap '' TERM; sleep 1000 & setsid sleep 1001 & env -i /bin/sleep ${hidden} & wait; sleep 1003`;
    const { client, home } = await startWithHooks({
      app: startHook([tree, 'echo next'], { timeout: TIME_LIMIT }),
    });
    await expect.poll(() => findCommand(hidden), PATIENCE).toHaveLength(1);

    await hooksSettled(client);

    expect((await hooksOf(client))[0]).toMatchObject({
      status: 'timedOut',
      timedOut: true,
      exitCode: 124,
      commands: [{ status: 'timedOut', exitCode: 124 }, { status: 'succeeded' }],
      output: 'next\n',
    });
    expect(await agentProcesses(home)).toEqual([]);
    expect(await findCommand(hidden)).toEqual([]);
    await expect.poll(() => bootState(client), PATIENCE).toBe('ready');
  });

  it('may leave a server running that they started on purpose', async () => {
    const { client, home, kill, start } = await startWithHooks({
      app: startHook(['sleep 1004 & echo started']),
    });
    await hooksSettled(client);

    await kill();
    await start();

    expect((await hooksOf(client))[0]).toMatchObject({ status: 'succeeded', output: 'started\n' });
    await expect
      .poll(async () => (await agentProcesses(home)).map(({ command }) => command), PATIENCE)
      .toEqual(['sleep 1004']);
    await endServices(home, 'sleep 1004');
  });

  it('may leave running what prints for ever: its output is dropped, and it goes on', async () => {
    // A megabyte whenever it is told to go on, and only while the last ones were dropped.
    const size = 'stat -L -c %s /proc/self/fd/3';
    const print = `while head -c 1048576 /dev/zero >&3; do echo x >>printed; while [ "$(${size})" -gt 4000000 ]; do sleep 0.05; done; done`;
    const workspace = await startWithHooks({
      app: startHook([
        `echo started; (exec 3>&1 >/dev/null; until [ -e over ]; do sleep 0.1; done; ${print}) & echo $! >heir`,
      ]),
    });
    const { client, home, folder, kill, start } = workspace;
    const fileOf = (name: string) => readFile(join(folder, 'app', name), 'utf8');
    const printsOn = async () => {
      const before = (await fileOf('printed').catch(() => '')).length;
      await expect
        .poll(async () => (await fileOf('printed').catch(() => '')).length, PATIENCE)
        .toBeGreaterThan(before + 20);
    };
    await hooksSettled(client);
    await writeFile(join(folder, 'app', 'over'), '');

    await printsOn();
    await kill();
    await start();
    await printsOn();

    expect((await hooksOf(client))[0]).toMatchObject({ status: 'succeeded' });
    const log = await readFile(join(home, '.replicas/startHooks.log'), 'utf8');
    expect(log).toContain('[app] started\n');
    expect(log).toContain('[app] ◼ what a hook left running prints on into its output, which is dropped');
    process.kill(Number(await fileOf('heir')), 'SIGKILL');
  });

  it('keep the folder that something left running prints into when they run again', async () => {
    const workspace = await startWithHooks({ app: startHook(['sleep 1005 & echo started']) });
    const { client, home } = workspace;
    await hooksSettled(client);
    const folder = join(home, '.replicas/engine/hooks');
    const [held] = await readdir(folder, { withFileTypes: true }).then((all) =>
      all.filter((one) => one.isDirectory()),
    );

    await client.post('/hooks/run');
    await hooksSettled(client);

    expect(existsSync(join(folder, held!.name, 'stdout'))).toBe(true);
    await endServices(home, 'sleep 1005');
  });

  it('report a file that is wrong, and run those of the others', async () => {
    const { client } = await startWithHooks({
      wrong: { startHook: { commands: 'npm ci' } },
      right: startHook(['echo fine']),
      silent: undefined,
    });

    await hooksSettled(client);

    expect(await hooksOf(client)).toMatchObject([
      { repoName: 'right', status: 'succeeded', exitCode: 0 },
      {
        repoName: 'wrong',
        status: 'invalid',
        error: {
          code: 'hooks_file_invalid',
          message: 'replicas.json: startHook.commands: must be a list',
        },
      },
    ]);
  });
});

describe('a hook that is running', () => {
  it('goes on when its engine is killed: the next one takes up its output and its end, and runs nothing twice', async () => {
    const commands = [
      'echo first >>../count',
      `echo before; ${waitFor('go')}; echo after; exit 7`,
      'echo last',
    ];
    const workspace = await startWithHooks({ app: startHook(commands) });
    const { client, folder, kill, start } = workspace;
    await expect.poll(() => outputOf(client), PATIENCE).toContain('before');

    await kill();
    await signal(workspace, 'go');
    await start();
    await hooksSettled(client);
    await kill();
    await start();

    expect((await hooksOf(client))[0]).toMatchObject({
      status: 'failed',
      exitCode: 7,
      output: 'before\nafter\nlast\n',
      outputTotalChars: 18,
    });
    expect(await readFile(join(folder, 'count'), 'utf8')).toBe('first\n');
    expect(await eventTypes(workspace, 'hooks.started', 'hooks.failed')).toEqual([
      'hooks.started',
      'hooks.failed',
    ]);
    expect(await logLines(workspace)).toEqual([
      '▶ 1/3',
      '◼ exit',
      '▶ 2/3',
      'before',
      'after',
      '◼ exit',
      '▶ 3/3',
      'last',
      '◼ exit',
    ]);
  });

  it('is timed out by the next engine when its time was up without one', async () => {
    const timeout = 2 * TIME_LIMIT;
    const { client, kill, start } = await startWithHooks({
      app: startHook(['echo begun; sleep 1005', 'echo next'], { timeout }),
    });
    await expect.poll(() => outputOf(client), PATIENCE).toContain('begun');
    const begunAt = Date.now();

    await kill();
    await expect.poll(() => Date.now(), PATIENCE).toBeGreaterThan(begunAt + timeout);
    await start();
    await hooksSettled(client);

    expect(await hooksOf(client)).toMatchObject([{ status: 'timedOut', output: 'begun\nnext\n' }]);
  });

  it('is timed out when its engine dies while killing it, whatever it exits with', async () => {
    const slow = `trap '${waitFor('go')}; exit 0' TERM; echo begun; while :; do sleep 0.1; done`;
    const workspace = await startWithHooks({
      app: startHook([slow, 'echo next'], { timeout: TIME_LIMIT }),
    });
    const { client, home, kill, start } = workspace;
    await expect.poll(() => outputOf(client), PATIENCE).toContain('begun');
    await expect.poll(() => hasTimeoutFile(home), { ...PATIENCE, interval: 2 }).toBe(true);

    await kill();
    await signal(workspace, 'go');
    await start();
    await hooksSettled(client);

    expect((await hooksOf(client))[0]).toMatchObject({
      status: 'timedOut',
      exitCode: 124,
      commands: [{ status: 'timedOut', exitCode: 124 }, { status: 'succeeded' }],
    });
  });

  it('is interrupted when it is killed with its engine, and later commands run', async () => {
    const { client, home, kill, start } = await startWithHooks({
      app: startHook(['echo begun; sleep 1006', 'echo next']),
    });
    await expect.poll(() => outputOf(client), PATIENCE).toContain('begun');

    await kill();
    await killAgents(home);
    await start();
    await hooksSettled(client);

    expect((await hooksOf(client))[0]).toMatchObject({
      status: 'interrupted',
      commands: [{ status: 'interrupted', exitCode: null }, { status: 'succeeded' }],
      output: 'begun\nnext\n',
    });
  });

  it('is ended with an engine that is stopped; the next one runs what is left', async () => {
    const { client, engine, home, start } = await startWithHooks({
      app: startHook(['echo begun; sleep 1007', 'echo next']),
    });
    await expect.poll(() => outputOf(client), PATIENCE).toContain('begun');

    await expect(engine().end('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
    expect(await agentProcesses(home)).toEqual([]);
    await start();
    await hooksSettled(client);

    expect((await hooksOf(client))[0]?.commands).toMatchObject([
      { status: 'interrupted' },
      { status: 'succeeded' },
    ]);
  });
});

describe('a hook that prints secrets', () => {
  it('has them redacted in its log, in events and in snapshots, and counted as they were', async () => {
    const logins = 'https://x-access-token:gitsecret1@github.com\n';
    const { client, environment, home } = await startWithHooks(
      { app: startHook(['echo "secret $REPLICAS_ENGINE_SECRET." && cat ../../.git-credentials']) },
      { '.git-credentials': logins },
    );
    const secret = environment['REPLICAS_ENGINE_SECRET'] ?? '';

    await hooksSettled(client);

    const [hook] = await hooksOf(client);
    expect(hook?.output).toBe('secret [redacted].\nhttps://x-access-token:[redacted]@github.com\n');
    expect(hook?.outputTotalChars).toBe(`secret ${secret}.\n${logins}`.length);
    const events = join(home, '.replicas/engine/events.jsonl');
    await expect.poll(() => readFile(events, 'utf8'), PATIENCE).toContain('secret [redacted].');
    const told = await readFile(events, 'utf8');
    const log = await readFile(join(home, '.replicas/startHooks.log'), 'utf8');
    for (const text of [told, log]) {
      expect(text).toContain('secret [redacted].');
      expect(text).not.toContain(secret);
      expect(text).not.toContain('gitsecret1');
    }
  });
});

describe('the system prompt of a repository', () => {
  it('reaches the agent', async () => {
    const { client, chatId, model } = await startWithHooks({
      app: { systemPrompt: 'Say please to the compiler.' },
    });
    const stream = await client.follow();

    await stream.waitForEnd(await client.send(chatId, 'hello'));

    expect(JSON.stringify(model.messages().at(-1))).toContain('Say please to the compiler.');
  });
});

describe('hooks on request', () => {
  it('run for one repository or for all, and are refused while others run', async () => {
    const workspace = await startWithHooks({
      one: { warmHook: { commands: ['echo warm one'] } },
      two: { warmHook: { commands: [waitFor('go')] } },
    });
    const { client } = workspace;
    await expect.poll(() => bootState(client), PATIENCE).toBe('ready');

    expect(await client.post('/hooks/run')).toMatchObject({ status: 404, body: { code: 'hook_not_found' } });
    const run = await client.post('/hooks/run?type=warm&repo=one');
    await hooksSettled(client);
    expect(run).toEqual({ status: 202, body: { runId: expect.any(String) } });
    expect(await hooksOf(client)).toMatchObject([{ repoName: 'one', kind: 'warm', status: 'succeeded' }]);

    await client.post('/hooks/run?type=warm');
    expect(await client.post('/hooks/run?type=warm')).toMatchObject({
      status: 409,
      body: { code: 'hooks_running' },
    });
    expect((await client.get<{ hooksRunning: boolean }>('/status')).body.hooksRunning).toBe(true);
    await signal(workspace, 'go');
    await hooksSettled(client);
    expect((await client.get<{ hooksRunning: boolean }>('/status')).body.hooksRunning).toBe(false);
  });
});

describe('a hook that prints 100 MB', () => {
  it('costs the engine no memory and no flood of events, and all of it is in the log', async () => {
    const line = 'x'.repeat(99);
    const print = `yes ${line} | head -n 1000000`;
    const workspace = await startWithHooks({
      app: startHook([waitFor('go'), `echo head; ${print}; echo tail`]),
    });
    const { client, engine, home } = workspace;
    const before = await residentBytes(engine().pid);

    let peak = before;
    const watch = setInterval(
      () => void residentBytes(engine().pid).then((bytes) => (peak = Math.max(peak, bytes))),
      100,
    );
    const begunAt = performance.now();
    await signal(workspace, 'go');
    await hooksSettled(client);
    const seconds = (performance.now() - begunAt) / 1000;
    clearInterval(watch);

    expect((peak - before) / 1024 / 1024).toBeLessThan(32);
    const [hook] = await hooksOf(client);
    expect(hook).toMatchObject({ status: 'succeeded', outputTotalChars: 100_000_010, outputTruncated: true });
    expect(hook?.output.length).toBe(100_000);
    expect(hook?.output.endsWith(`${line}\ntail\n`)).toBe(true);
    const log = await readFile(join(home, '.replicas/startHooks.log'), 'latin1');
    expect(log.split(`[app] ${line}\n`)).toHaveLength(1_000_001);
    expect(log.indexOf('[app] head\n')).toBeLessThan(1_000);
    expect(log.indexOf('[app] tail\n')).toBeGreaterThan(log.length - 200);
    expect((await eventTypes(workspace, 'hooks.progress')).length).toBeLessThan(10 + seconds);
  });
});

function startWithHooks(
  repositories: Record<string, unknown>,
  files: Record<string, string> = {},
): Promise<Workspace> {
  return startWorkspace({
    prepare: async (home) => {
      for (const [name, content] of Object.entries(files)) await writeFile(join(home, name), content);
      for (const [name, config] of Object.entries(repositories))
        await createHookRepository(home, name, config);
    },
  });
}

/** Whether an engine wrote down that the time of a hook is up. */
async function hasTimeoutFile(home: string): Promise<boolean> {
  const files = await readdir(join(home, '.replicas/engine/hooks'), { recursive: true });
  return files.some((file) => file.endsWith('/timeout'));
}

/** A command that ends when the test says so. */
function waitFor(name: string): string {
  return `until [ -e ../${name} ]; do sleep 0.05; done`;
}

async function signal({ home }: Workspace, name: string): Promise<void> {
  await writeFile(join(home, 'workspaces', name), '');
}

async function hooksOf(client: EngineClient): Promise<Hook[]> {
  return (await client.get<HooksStatus>('/hooks/status')).body.hooks;
}

async function outputOf(client: EngineClient): Promise<string> {
  return (await hooksOf(client)).map(({ output }) => output).join('');
}

async function hooksSettled(client: EngineClient): Promise<void> {
  await expect
    .poll(async () => (await client.get<HooksStatus>('/hooks/status')).body.completed, PATIENCE)
    .toBe(true);
}

async function bootState(client: EngineClient): Promise<string> {
  return (await client.get<{ boot: { state: string } }>('/health')).body.boot.state;
}

/** Types of the stored events, in order, as far as they are among these. */
async function eventTypes({ home }: Workspace, ...types: string[]): Promise<string[]> {
  const log = await readFile(join(home, '.replicas/engine/events.jsonl'), 'utf8');
  const all = log.split('\n').map((line) => /"type":"([a-z.]+)"/.exec(line)?.[1] ?? '');
  return all.filter((type) => types.includes(type));
}

/** What stands behind the repository's name and the time in each line of the log, the first two words of the engine's. */
async function logLines({ home }: Workspace): Promise<string[]> {
  const log = await readFile(join(home, '.replicas/startHooks.log'), 'utf8');
  return log
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\[app\] (?:\d{4}-\S+ )?/, ''))
    .map((line) => (/^[▶◼]/u.test(line) ? line.split(' ').slice(0, 2).join(' ') : line));
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

/** Command lines of the processes of this machine that sleep for so long. */
async function findCommand(seconds: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')),
  );
  return lines.filter((line) => line.includes(`sleep\0${seconds}`));
}
