import { describe, expect, it } from 'vitest';
import { EngineEventSchema, EPHEMERAL_EVENT_TYPES } from '../../../src/contract/events.ts';
import type { HookRecord, HookRun } from '../../../src/contract/hook-records.ts';
import type { Entry } from '../../../src/journal/projection/recorder.ts';
import { BootStatus } from '../../../src/journal/projection/boot-status.ts';
import { originsOf, type Sayings, type Source } from '../../../src/journal/projection/event-table.ts';
import { HooksState } from '../../../src/journal/projection/hooks-state.ts';
import { bareRecorder } from '../../support/bare-recorder.ts';

const RUN: HookRun = { runId: 'r1', bootId: 'boot', kind: 'start', trigger: 'boot', state: 'running' };
const REFUSED: HookRecord = {
  runId: 'r1',
  bootId: 'boot',
  repoName: 'app',
  folder: '/workspaces/app',
  kind: 'start',
  timeoutMs: 1,
  steps: [],
  commands: [],
  status: 'invalid',
  executedAt: null,
  error: { code: 'hooks_file_invalid', message: 'It is no YAML.' },
};

describe('where events come from', () => {
  const types = EngineEventSchema.options.map(({ shape }) => shape.type.value);

  it('every event but those of a stream alone is made of something that is said', () => {
    expect(types.filter((type) => originsOf(type).length === 0)).toEqual([...EPHEMERAL_EVENT_TYPES]);
  });

  it('an error is said by these', () => {
    expect(originsOf('error')).toEqual([
      'boot: error',
      'credential: error',
      'engine: chat.crashed',
      'engine: actor.crashed',
      'archive: error',
      'mirror: error',
      'outbox: error',
      'startHooks: error',
      'home: file.damaged',
      'eventLog: events.givenUp',
    ]);
  });
});

describe('boot', () => {
  it('is told with what it waits for, and shown so from then on', () => {
    const { tell, groups, boot } = startTelling();

    tell('boot', { type: 'boot.changed', payload: { state: 'runningHooks', reason: 'It is late.' } });

    const { since, ...payload } = boot.read();
    expect(payload).toMatchObject({
      state: 'runningHooks',
      reason: 'It is late.',
      waitingFor: { for: 'startHooks', since },
    });
    expect(groups).toEqual([[{ type: 'boot.changed', payload }]]);
  });

  it('once ready, says that the start hooks of this boot of the machine are over', () => {
    const { tell, groups, hooks } = startTelling();

    tell('boot', { type: 'boot.changed', payload: { state: 'ready' } });

    expect(groups).toEqual([
      [{ type: 'boot.changed', payload: { state: 'ready' }, record: { preparedBoot: 'boot' } }],
    ]);
    expect(hooks.isPrepared).toBe(true);
  });

  it('that was given up is ready without having run its hooks', () => {
    const { tell, groups, hooks } = startTelling();

    tell('engine', { type: 'actor.crashed', actorId: 'boot', isGivenUp: true, error: 'secret' });

    const reason = 'Boot broke again and again; the engine goes on without it.';
    expect(groups).toEqual([
      [
        { type: 'error', payload: { code: 'boot_given_up', message: 'Boot broke and was given up.' } },
        { type: 'boot.changed', payload: { state: 'ready', reason } },
        { type: 'engine.ready', payload: { version: 'v1' } },
      ],
    ]);
    expect(hooks.isPrepared).toBe(false);
  });
});

describe('hooks', () => {
  it('that were given up while they ran have failed', async () => {
    const { tell, groups, hooks } = startTelling();
    hooks.fold({ hookRun: RUN });

    tell('engine', { type: 'actor.crashed', actorId: 'startHooks', isGivenUp: true, error: 'secret' });

    expect(groups[0]?.[1]).toEqual({
      type: 'hooks.failed',
      payload: { runId: 'r1', kind: 'start', running: false, completed: true },
      record: { hookRun: { ...RUN, state: 'failed' } },
    });
    await hooks.settled();
  });

  it('that were given up at rest, or begun anew, have lost nothing', () => {
    const { tell, groups, hooks } = startTelling();
    const crash = { type: 'actor.crashed' as const, actorId: 'startHooks', error: 'secret' };

    tell('engine', { ...crash, isGivenUp: true });
    hooks.fold({ hookRun: RUN });
    tell('engine', { ...crash, isGivenUp: false });

    expect(groups).toEqual([
      [{ type: 'error', payload: { code: 'hooks_given_up', message: expect.any(String) } }],
      [{ type: 'error', payload: { code: 'hooks_crashed', message: expect.any(String) } }],
    ]);
  });

  it('whose file is wrong are told, and remembered', () => {
    const { tell, groups, hooks } = startTelling();

    tell('hookFiles', { type: 'hookFile.refused', hook: REFUSED });

    const payload = { running: false, completed: true, repoName: 'app', kind: 'start', error: REFUSED.error };
    expect(groups).toEqual([[{ type: 'hooks.status', payload, record: { hooks: [REFUSED] } }]]);
    expect(hooks.hooks).toEqual([REFUSED]);
  });
});

it('what broke in a part of the engine is not shown', () => {
  const { tell, groups } = startTelling();

  tell('engine', { type: 'actor.crashed', actorId: 'credential.github', isGivenUp: false, error: 'secret' });

  const message = 'Refreshing the credential of github broke and was begun anew.';
  expect(groups).toEqual([
    [
      {
        type: 'error',
        payload: { code: 'credential_crashed', message, context: { provider: 'github' } },
      },
    ],
  ]);
});

it('what only the engine needs is not written', () => {
  const { tell, groups } = startTelling();

  tell('outbox', { type: 'event.settled', id: 'one' });
  tell('hook', { type: 'hook.changed', hook: REFUSED });

  expect(groups).toEqual([]);
});

function startTelling() {
  const groups: Entry[][] = [];
  const hooks = new HooksState('boot');
  const boot = new BootStatus({ CLOUD_INIT_OUTPUT_LOG: '/none', CLOUD_INIT_TIMEOUT_MS: 600_000 });
  const recorder = bareRecorder({
    append: (entries) => {
      groups.push(entries);
      return '';
    },
    hooks,
    boot,
  });
  const tell = <From extends Source>(source: From, said: Sayings[From]) => recorder.tell(source, said);
  return { tell, groups, hooks, boot };
}
