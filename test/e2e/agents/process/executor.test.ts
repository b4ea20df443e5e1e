import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AgentContext, ExecutorFact } from '../../../../src/agents/agent-context.ts';
import type { Launch } from '../../../../src/agents/codec.ts';
import { Executor } from '../../../../src/agents/process/executor.ts';
import type { AgentSessionInput } from '../../../../src/contract/facts.ts';
import { isAlive } from '../../../../src/processes/identify.ts';
import { launch } from '../../../../src/processes/launch.ts';
import { processesOf } from '../../../../src/processes/process-table.ts';
import { createRun, runsIn } from '../../../../src/processes/run.ts';
import { killEverything } from '../../../../src/processes/terminate.ts';
import { messageOf } from '../../../agents/claude/message.ts';
import { CHAT, codecOf, contextOf, NOW, type State } from '../../../agents/process/fakes.ts';
import { shellOptions } from '../../processes/support.ts';

const MESSAGE = messageOf({});
const FOREVER = 'exec tail -f /dev/null';
const PATIENCE = { timeout: 30_000 };

describe('a process that is launched', () => {
  it('is ended when its chat let go of it meanwhile: nobody would ever find it', async () => {
    const { agents, started, executor } = await open(
      () => {
        executor.detach();
        return {};
      },
      { script: FOREVER },
    );

    executor.order({ type: 'launch', message: MESSAGE });

    await expect.poll(started, PATIENCE).toBe(true);
    await expect.poll(() => readdir(agents), PATIENCE).toEqual([]);
  });

  it('leaves nothing behind when it could not start', async () => {
    const { agents, reported, executor } = await open(() => ({ env: { PATH: '/nonexistent' } }));

    executor.order({ type: 'launch', message: MESSAGE });

    await expect.poll(() => typesOf(reported), PATIENCE).toEqual(['process.failed']);
    expect(await readdir(agents)).toEqual([]);
  });

  it('is told to be over when it ended before the message was prepared that its output waits for', async () => {
    const { agents, reported, executor } = await open(() => ({ isHeld: true }), {
      script: `echo '{"state":{}}'; exit 3`,
    });
    executor.order({ type: 'launch', message: MESSAGE });
    await expect.poll(() => typesOf(reported), PATIENCE).toEqual(['process.launched']);
    await expect.poll(() => runsIn(agents).some(isAlive), PATIENCE).toBe(false);

    executor.order({ type: 'prepare', message: MESSAGE });

    await expect.poll(() => reported.at(-1), PATIENCE).toEqual({ type: 'process.exited', code: 3 });
  });
});

describe('a process of an earlier engine', () => {
  it('is ended when it cannot be taken up: nobody would hear of it, and the next works on the same session', async () => {
    const { run, reported, executor } = await openBeside(FOREVER, () => Promise.reject(new Error('Gone.')));

    executor.order({ type: 'attach' });

    await expect.poll(() => typesOf(reported), PATIENCE).toEqual(['process.broken']);
    await expect.poll(() => isAlive(run), PATIENCE).toBe(false);
  });

  it('is left alone when it is let go of while it is taken up', async () => {
    let isAsked = false;
    const { run, reported, executor } = await openBeside(FOREVER, () => {
      executor.detach();
      isAsked = true;
      return Promise.reject(new Error('Gone.'));
    });

    executor.order({ type: 'attach' });

    await expect.poll(() => isAsked, PATIENCE).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect([reported, isAlive(run)]).toEqual([[], true]);
  });
});

interface World {
  script?: string;
  chat?: Partial<AgentSessionInput>;
  context?: Partial<AgentContext>;
}

/** An executor whose processes are shells; `started` tells whether one was. */
async function open(
  launching: () => Partial<Launch<State>>,
  { script = '', chat = {}, context = {} }: World = {},
) {
  const agents = await mkdtemp(join(tmpdir(), 'executor-'));
  const sign = join(await mkdtemp(join(tmpdir(), 'executor-')), 'started');
  onTestFinished(async () => {
    executor.detach();
    for (const run of runsIn(agents)) await killEverything(run);
    await rm(agents, { recursive: true, force: true });
  });
  const reported: ExecutorFact[] = [];
  const { env } = shellOptions('');
  const codec = codecOf({
    launch: () => ({
      args: ['-c', `echo >${sign}; ${script}`],
      env,
      stdin: '',
      state: {},
      ...launching(),
    }),
  });
  const paths = { home: agents, workspaces: tmpdir(), agents, plans: [] };
  const executor: Executor = new Executor({
    codec,
    context: contextOf({ findProgram: () => '/bin/sh', paths, ...context }),
    chat: { ...CHAT, ...chat },
    report: (fact) => reported.push(fact),
    tell: () => undefined,
  });
  return { agents, reported, executor, started: () => existsSync(sign) };
}

/** An executor of a chat whose turn a process works on that runs already; its message is read from a file. */
async function openBeside(script: string, read: () => Promise<string>) {
  const input = { kind: 'file' as const, file: 'a-file' };
  const delivery = { runId: 'run-1', input, inputOffset: 0, outputOffset: 0 };
  const turn = { message: MESSAGE, startedAt: NOW, delivery };
  const payloads = { read, write: () => Promise.resolve('a-file') };
  const opened = await open(() => ({}), { chat: { turn }, context: { payloads } });
  const run = createRun(opened.agents, 'run-1');
  await launch(run, { ...shellOptions(script), stdin: Buffer.from('do it\n') });
  await expect.poll(() => processesOf(run).length, PATIENCE).toBeGreaterThan(2);
  return { ...opened, run };
}

function typesOf(facts: readonly ExecutorFact[]): string[] {
  return facts.map(({ type }) => type);
}
