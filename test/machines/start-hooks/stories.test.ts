import type { ActorRefFrom } from 'xstate';
import type { hookMachine } from '../../../machines/hook.machine.ts';
import { describe, expect, it } from 'vitest';
import { ended, started, SHUTDOWN as HOOK_SHUTDOWN } from '../../support/start-hook.ts';
import {
  RUN,
  SHUTDOWN,
  crashed,
  run,
  runBehindEnvironment,
  short,
  startStartHooks,
} from '../../support/start-start-hooks.ts';
import { leafOf } from '../../support/state-names.ts';

const ABOUT = { runId: 'run', kind: 'start' };
const STARTED = { type: 'hooks.started', payload: { ...ABOUT, running: true, completed: false } };
const COMPLETED = { type: 'hooks.completed', payload: { ...ABOUT, running: false, completed: true } };
const FAILED = { ...COMPLETED, type: 'hooks.failed' };

type HookActor = ActorRefFrom<typeof hookMachine>;

describe('a run', () => {
  it('is announced with its hooks, and as completed when the last of them succeeded', () => {
    const { emitted, take, say } = startStartHooks();

    take(run('one', 'two'));
    say('two', started(), ended(0));
    expect(emitted).toEqual([{ ...STARTED, record: { hookRun: RUN, hooks: [short('one'), short('two')] } }]);
    say('one', started(), ended(0));

    expect(emitted.slice(1)).toEqual([{ ...COMPLETED, record: { hookRun: { ...RUN, state: 'completed' } } }]);
  });

  it('has failed when one of its hooks has, and lets the others run', () => {
    const { emitted, take, say } = startStartHooks();

    take(run('one', 'two'));
    say('one', started(), ended(1));
    say('two', started(), ended(0));

    expect(emitted.slice(1)).toEqual([{ ...FAILED, record: { hookRun: { ...RUN, state: 'failed' } } }]);
  });

  it('has failed when a hook broke, which is reported and reaches no other', () => {
    const { emitted, take, say } = startStartHooks();

    take(run('one', 'two'), crashed('one'));
    say('two', started(), ended(0));

    expect(emitted.slice(1)).toMatchObject([
      { type: 'error', payload: { code: 'hook_crashed', context: { repoName: 'one' } } },
      FAILED,
    ]);
  });

  it('is followed by the next one, which knows nothing of its failures', () => {
    const { emitted, take, say } = startStartHooks();

    take(run('one'));
    say('one', started(), ended(1));
    take(run('one'));
    say('one', started(), ended(0));

    expect(emitted.map(({ type }) => type)).toEqual([
      'hooks.started',
      'hooks.failed',
      'hooks.started',
      'hooks.completed',
    ]);
  });
});

describe('a hook of the environment', () => {
  it.each([
    ['succeeds', ended(0), COMPLETED],
    ['fails', ended(1), FAILED],
  ])('that %s is followed by those of the repositories, and the run is over with them', (_, end, outcome) => {
    const { hooks, emitted, take, say } = startStartHooks();
    const running = () => Object.keys(hooks.getSnapshot().children);

    take(runBehindEnvironment('one', 'two'));
    expect(running()).toEqual(['environment']);
    say('environment', started(), end);
    expect(running()).toEqual(['one', 'two']);
    say('one', started(), ended(0));
    say('two', started(), ended(0));

    expect(emitted.slice(1)).toMatchObject([outcome]);
  });

  it('that broke is reported, and those of the repositories run all the same', () => {
    const { hooks, emitted, take } = startStartHooks();

    take(runBehindEnvironment('one'), crashed('environment'));

    expect(Object.keys(hooks.getSnapshot().children)).toEqual(['one']);
    expect(emitted.slice(1)).toMatchObject([{ type: 'error', payload: { code: 'hook_crashed' } }]);
  });

  it('that was over when an engine died is not run again, those behind it are', () => {
    const { hooks, take } = startStartHooks();
    const environment = short('environment', { hookType: 'environment', status: 'succeeded' });

    take({ type: 'hooks.resume', run: RUN, hooks: [environment, short('one')] });

    expect(Object.keys(hooks.getSnapshot().children)).toEqual(['one']);
  });

  it('holds back those of the repositories for the next engine when this one stops meanwhile', () => {
    const { hooks, emitted, take, say } = startStartHooks();

    take(runBehindEnvironment('one'));
    say('environment', started());
    take(SHUTDOWN);
    say('environment', ended(143));

    expect(leafOf(hooks.getSnapshot())).toBe('stopped');
    expect(emitted).toMatchObject([STARTED]);
  });
});

describe('a run that the last engine began', () => {
  it('is not announced again, runs only what is open, and fails for what failed then', () => {
    const { hooks, emitted, take, say } = startStartHooks();
    const over = short('one', { status: 'failed' });

    take({ type: 'hooks.resume', run: RUN, hooks: [over, short('two')] });
    expect(Object.keys(hooks.getSnapshot().children)).toEqual(['two']);
    say('two', started(), ended(0));

    expect(emitted).toEqual([{ ...FAILED, record: { hookRun: { ...RUN, state: 'failed' } } }]);
  });

  it('is announced as over when nothing of it was open any more', () => {
    const { emitted, take } = startStartHooks();

    take({ type: 'hooks.resume', run: RUN, hooks: [short('one', { status: 'succeeded' })] });

    expect(emitted).toMatchObject([COMPLETED]);
  });
});

describe('a shutdown', () => {
  it('waits until every shell is gone, and leaves the run open for the next engine', () => {
    const { hooks, emitted, take, say } = startStartHooks();

    take(run('one', 'two'));
    say('one', started());
    take(SHUTDOWN);
    expect(leafOf((hooks.getSnapshot().children['one'] as HookActor).getSnapshot())).toBe('active.stopping');
    say('one', ended(143));
    expect(leafOf(hooks.getSnapshot())).toBe('stopping');
    say('two', HOOK_SHUTDOWN, ended(143));

    expect(leafOf(hooks.getSnapshot())).toBe('stopped');
    expect(emitted).toMatchObject([STARTED]);
  });
});
