import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createActor, toPromise } from 'xstate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hookMachine } from '../../../machines/hook.machine.ts';
import { startHooksMachine } from '../../../machines/start-hooks.machine.ts';
import { HookBoard } from '../../../src/actors/hook-board.ts';
import { hookProcess } from '../../../src/actors/hook-process.ts';
import { runStartHooks } from '../../../src/actors/run-start-hooks.ts';
import { HookLog } from '../../../src/hooks/hook-log.ts';
import { HooksState } from '../../../src/projection/hooks-state.ts';
import { Recorder } from '../../../src/projection/recorder.ts';
import type { Entry } from '../../../src/projection/recorder.ts';
import { listRepositories } from '../../../src/workspace/find-repositories.ts';
import { createHookRepository, startHook } from '../../support/hook-repositories.ts';

let home: string;
let entries: Entry[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'start-hooks-'));
  entries = [];
});

afterEach(() => rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));

describe('start hooks', () => {
  it('run once per boot of the machine: a restart of the engine runs nothing, the next boot runs them again', async () => {
    await createHookRepository(home, 'app', startHook(['echo ran']));
    const state = new HooksState();

    await boot(state, 'first boot');
    state.fold({ preparedBoot: 'first boot' });
    await boot(state, 'first boot');
    expect(typesOf(entries)).toEqual(RAN);
    await boot(state, 'second boot');

    expect(typesOf(entries)).toEqual([...RAN, ...RAN]);
    expect(state.hooks).toMatchObject([{ repoName: 'app', bootId: 'second boot', status: 'succeeded' }]);
  });

  it('do not run again when the engine died between their end and the end of boot', async () => {
    await createHookRepository(home, 'app', startHook(['echo ran']));
    const state = new HooksState();

    await boot(state, 'first boot');
    await boot(state, 'first boot');

    expect(typesOf(entries)).toEqual(RAN);
  });

  it('forget a repository that is gone at the next boot', async () => {
    const folder = await createHookRepository(home, 'gone', startHook(['echo ran']));
    await createHookRepository(home, 'stays', startHook(['echo ran']));
    const state = new HooksState();

    await boot(state, 'first boot');
    await rm(folder, { recursive: true });
    await boot(state, 'second boot');

    expect(state.hooks.map(({ repoName }) => repoName)).toEqual(['stays']);
  });

  it('say of each repository when nothing of it is left to run', async () => {
    await createHookRepository(home, 'app', startHook(['echo ran']));
    await createHookRepository(home, 'wrong', { startHook: 1 });
    const state = new HooksState();
    await boot(state, 'first boot', () => {
      expect(['app', 'wrong', 'none'].map((name) => state.isCompleted(name, 'first boot'))).toEqual([
        false,
        false,
        false,
      ]);
    });

    expect(['app', 'wrong', 'none'].map((name) => state.isCompleted(name, 'first boot'))).toEqual([
      true,
      true,
      true,
    ]);
    expect(typesOf(entries)).toContain('hooks.status');
  });
});

const RAN = ['hooks.started', 'hooks.progress', 'hooks.completed'];

/** An engine's part in this: everything but the journal and the other actors. Resolves when boot may go on. */
async function boot(state: HooksState, bootId: string, look: () => void = () => undefined): Promise<void> {
  await mkdir(join(home, 'runs'), { recursive: true });
  const log = await HookLog.open({
    file: join(home, 'log'),
    positionsFile: join(home, 'positions.json'),
    onDamage: () => expect.fail('Nothing is damaged.'),
    onError: (error) => {
      throw error;
    },
  });
  const options = { folder: join(home, 'runs'), env: { PATH: process.env['PATH'] ?? '' }, log };
  const settled = () => Promise.resolve();
  const hook = hookMachine.provide({ actors: { hookProcess: hookProcess({ ...options, settled }) } });
  const startHooks = startHooksMachine.provide({ actors: { hook } });
  const board = new HookBoard({
    recorder: recorder(),
    state,
    bootId,
    onCompleted: () => undefined,
    logic: { startHooks, hook },
  });
  const actor = createActor(startHooks, { inspect: board.inspect });
  actor.start();
  look();
  const repositories = () => listRepositories(join(home, 'workspaces'));
  await toPromise(createActor(runStartHooks({ ...options, board, repositories })).start());
  actor.stop();
}

function recorder(): Recorder {
  return new Recorder({
    append: (group) => {
      entries.push(...group);
      return '';
    },
    onDelta: () => undefined,
    now: () => new Date(),
    clock: () => ({ bootId: '', ms: 0 }),
    records: new Map(),
  });
}

/** What was announced, without progress on output. */
function typesOf(announced: readonly Entry[]): string[] {
  return announced.filter(isNoOutput).map(({ type }) => type);
}

function isNoOutput({ payload, type }: Entry): boolean {
  return type !== 'hooks.progress' || 'exitCode' in payload;
}
