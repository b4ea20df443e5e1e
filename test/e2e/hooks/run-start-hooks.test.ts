import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createActor, toPromise } from 'xstate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hookMachine } from '../../../machines/hook.machine.ts';
import { startHooksMachine } from '../../../machines/start-hooks.machine.ts';
import type { StartHooksEvent } from '../../../machines/start-hooks.setup.ts';
import { recordActors } from '../../../src/journal/record-actors.ts';
import { hookProcess } from '../../../src/hooks/hook-actor.ts';
import { runStartHooks } from '../../../src/hooks/run-start-hooks.ts';
import { HookLog } from '../../../src/hooks/hook-log.ts';
import { HooksState } from '../../../src/journal/projection/hooks-state.ts';
import { createLog } from '../../../src/log.ts';
import type { Entry } from '../../../src/journal/projection/recorder.ts';
import { listRepositories } from '../../../src/workspace/find-repositories.ts';
import { bareRecorder } from '../../support/bare-recorder.ts';
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
    const first = new HooksState('first boot');

    await boot(first);
    first.fold({ preparedBoot: 'first boot' });
    await boot(first);
    expect(typesOf(entries)).toEqual(RAN);
    const state = new HooksState('second boot', first.toRecord());
    await boot(state);

    expect(typesOf(entries)).toEqual([...RAN, ...RAN]);
    expect(state.hooks).toMatchObject([{ repoName: 'app', bootId: 'second boot', status: 'succeeded' }]);
  });

  it('do not run again when the engine died between their end and the end of boot', async () => {
    await createHookRepository(home, 'app', startHook(['echo ran']));
    const state = new HooksState('first boot');

    await boot(state);
    await boot(state);

    expect(typesOf(entries)).toEqual(RAN);
  });

  it('forget a repository that is gone at the next boot', async () => {
    const folder = await createHookRepository(home, 'gone', startHook(['echo ran']));
    await createHookRepository(home, 'stays', startHook(['echo ran']));
    const first = new HooksState('first boot');

    await boot(first);
    await rm(folder, { recursive: true });
    const state = new HooksState('second boot', first.toRecord());
    await boot(state);

    expect(state.hooks.map(({ repoName }) => repoName)).toEqual(['stays']);
  });

  it('say of each repository when nothing of it is left to run', async () => {
    await createHookRepository(home, 'app', startHook(['echo ran']));
    await createHookRepository(home, 'wrong', { startHook: 1 });
    const state = new HooksState('first boot');
    const areCompleted = () => ['app', 'wrong', 'none'].map((name) => state.isCompleted(name));

    await boot(state, () => expect(areCompleted()).toEqual([false, false, false]));

    expect(areCompleted()).toEqual([true, true, true]);
    expect(typesOf(entries)).toContain('hooks.status');
  });
});

const RAN = ['hooks.started', 'hooks.progress', 'hooks.completed'];

/** An engine's part in this: everything but the journal and the other actors. Resolves when boot may go on. */
async function boot(state: HooksState, look: () => void = () => undefined): Promise<void> {
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
  const recorder = bareRecorder({
    append: (group) => {
      entries.push(...group);
      return '';
    },
    hooks: state,
  });
  const silent = createLog({ level: 'silent', secrets: [] });
  const actor = createActor(startHooks, { inspect: recordActors({ recorder, reactions: {}, log: silent }) });
  actor.start();
  look();
  const repositories = () => listRepositories(join(home, 'workspaces'));
  const toHooks = (event: StartHooksEvent) => actor.send(event);
  await toPromise(createActor(runStartHooks({ ...options, recorder, state, toHooks, repositories })).start());
  actor.stop();
}

/** What was announced, without progress on output. */
function typesOf(announced: readonly Entry[]): string[] {
  return announced.filter(isNoOutput).map(({ type }) => type);
}

function isNoOutput({ payload, type }: Entry): boolean {
  return type !== 'hooks.progress' || 'exitCode' in payload;
}
