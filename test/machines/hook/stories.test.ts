import { describe, expect, it } from 'vitest';
import {
  COMMAND_ENDED,
  COMPLAINED,
  FAILED,
  JOINT,
  PRINTED,
  SHUTDOWN,
  STARTED_AT,
  TIMEOUT_MS,
  ended,
  hookRecord,
  startHook,
  started,
  type HookHarness,
} from '../../support/start-hook.ts';
import { leafOf } from '../../support/state-names.ts';

const BROKEN = { type: 'xstate.error.actor.shell', error: new Error('no more processes') } as never;

describe('commands with a shell each', () => {
  it('run in order, also after one that failed, and the hook tells how it went', () => {
    const { heard, reported, take, record, statuses } = startHook();

    take(started(), ended(3));
    expect(record().status).toBe('running');
    take(started(), ended(0));

    expect(heard).toEqual(['run one', 'let go', 'run two', 'let go']);
    expect(record().steps.map(({ outputChars }) => outputChars)).toEqual([5, 5]);
    expect(reported).toEqual(['failed']);
    expect(statuses()).toEqual(['failed', 'succeeded']);
    expect(record()).toMatchObject({ status: 'failed', executedAt: STARTED_AT });
    expect(record().commands[0]).toEqual({
      command: 'one',
      status: 'failed',
      exitCode: 3,
      signal: null,
      durationMs: 5,
      startedAt: STARTED_AT,
    });
  });

  it('that could not be started, or whose shell complained, keep what was said of it', () => {
    const { emitted, take, record } = startHook();

    take(FAILED, started(), COMPLAINED);

    const errors = emitted.flatMap((event) => (event.type === 'hooks.progress' ? event.payload.error : []));
    expect(errors).toEqual([
      { code: 'hook_not_started', message: 'no such folder' },
      { code: 'hook_shell_failed', message: 'sh: 1: Cannot fork' },
    ]);
    expect(record().error).toEqual(errors[1]);
  });

  it('announce their end once each, with what they printed last and the record for the next engine', () => {
    const { emitted, take, record } = startHook();

    take(started(), PRINTED, ended(0));

    const about = { running: true, completed: false, runId: 'run', repoName: 'app', kind: 'start' };
    const one = { commandIndex: 0, command: 'one' };
    expect(emitted.map((event) => (event.type === 'hooks.progress' ? event.payload : event.type))).toEqual([
      'hook.changed',
      { ...about, ...one, output: 'some\n' },
      { ...about, ...one, exitCode: 0, durationMs: 5, output: 'said\n' },
    ]);
    expect(emitted.at(-1)).toMatchObject({ record: { hooks: [record()] } });
    expect(record().steps.map(({ outputChars }) => outputChars)).toEqual([5, 0]);
  });

  it('are told as those of the environment where they are', () => {
    const { emitted, take } = startHook({ hookType: 'environment' });

    take(started(), ended(0));

    expect(emitted.at(-1)).toMatchObject({ payload: { hookType: 'environment' } });
  });

  it('are named after the signal that ended them', () => {
    const { take, record } = startHook();

    take(started(), ended(137));

    expect(record().commands[0]).toMatchObject({ status: 'failed', exitCode: 137, signal: 'SIGKILL' });
  });

  it('are failed when their shell cannot be started, and say why', () => {
    const { emitted, take, statuses } = startHook();

    take(FAILED, started(), ended(0));

    expect(statuses()).toEqual(['failed', 'succeeded']);
    expect(emitted[0]).toMatchObject({
      payload: { error: { code: 'hook_not_started', message: 'no such folder' } },
    });
  });

  it('are failed when what runs their shell breaks, and the next one runs', () => {
    const { emitted, take, statuses } = startHook();

    take(started(), BROKEN, started(), ended(0));

    expect(statuses()).toEqual(['failed', 'succeeded']);
    expect(emitted.flatMap((event) => ('payload' in event ? [event.payload.error] : []))[0]).toEqual({
      code: 'hook_not_started',
      message: 'Error: no more processes',
    });
  });

  it('are interrupted when nobody wrote down how they ended, and the next one runs', () => {
    const { heard, take, record, statuses } = startHook();

    take(started(), ended(null), started(), ended(0));

    expect(statuses()).toEqual(['interrupted', 'succeeded']);
    expect(record().status).toBe('interrupted');
    expect(heard).toContain('run two');
  });
});

describe('the time limit', () => {
  it('kills the shell, waits until it is gone, and the next command runs with a limit of its own', () => {
    const { hook, heard, take, record, statuses } = startHook();

    take(started(), TIMEOUT_MS);
    expect(heard).toEqual(['run one', 'kill: timeLimit']);
    take(ended(143), started(), TIMEOUT_MS - 1);

    expect(leafOf(hook.getSnapshot())).toBe('active.running');
    expect(statuses()).toEqual(['timedOut', 'running']);
    expect(record().commands[0]).toMatchObject({ exitCode: 124, durationMs: 5 });
  });

  it('is what is left of it for a shell that the last engine started', () => {
    const { heard, take } = startHook();

    take(started(TIMEOUT_MS - 10), 9);
    expect(heard).toEqual(['run one']);
    take(1);

    expect(heard).toEqual(['run one', 'kill: timeLimit']);
  });

  it('is over at once for a shell that outran it while no engine lived', () => {
    const { heard, take } = startHook();

    take(started(TIMEOUT_MS * 2), 0);

    expect(heard).toEqual(['run one', 'kill: timeLimit']);
  });

  it('was over for a shell that the last engine began to kill, however that ended', () => {
    const { heard, take, record, statuses } = startHook();

    take(started(0, true), ended(0));

    expect(heard).toEqual(['run one', 'kill: timeLimit', 'let go', 'run two']);
    expect(statuses()).toEqual(['timedOut', 'pending']);
    expect([record().executedAt, record().commands[0]?.startedAt]).toEqual([STARTED_AT, STARTED_AT]);
  });

  it('is not waited for longer than ten seconds when the shell does not end', () => {
    const { heard, take, statuses } = startHook();

    take(started(), TIMEOUT_MS, 10_000);

    expect(heard).toEqual(['run one', 'kill: timeLimit', 'let go', 'run two']);
    expect(statuses()).toEqual(['timedOut', 'pending']);
  });
});

describe('commands in one shell', () => {
  it('end one by one, the last with the shell', () => {
    const { heard, take, record, statuses } = startHook(JOINT);

    take(started(), COMMAND_ENDED);
    expect(statuses()).toEqual(['succeeded', 'running']);
    expect(record().commands[1]?.startedAt).toBe('2026-01-01T00:00:01.000Z');
    take(ended(2));

    expect(heard).toEqual(['run one', 'let go']);
    expect(statuses()).toEqual(['succeeded', 'failed']);
    expect(record().status).toBe('failed');
  });

  it('keep when they began, also where the next engine goes on with their shell', () => {
    const before = startHook(JOINT);
    before.take(started(), COMMAND_ENDED);
    const after = startHook(before.record());

    after.take(started());

    expect(after.record().commands[1]?.startedAt).toBe('2026-01-01T00:00:01.000Z');
  });

  it('do not run any more when the shell ended or ran out of time', () => {
    const exited = startHook(JOINT);
    const late = startHook(JOINT);

    exited.take(started(), ended(3));
    late.take(started(), TIMEOUT_MS, ended(143));

    expect(exited.statuses()).toEqual(['failed', 'skipped']);
    expect(late.statuses()).toEqual(['timedOut', 'skipped']);
    expect(late.record().status).toBe('timedOut');
  });
});

describe('a shutdown', () => {
  it('kills the shell, and leaves the commands behind it for the next engine', () => {
    const { hook, heard, take, statuses } = startHook();

    take(started(), SHUTDOWN);
    expect(heard).toEqual(['run one', 'kill: shutdown']);
    take(ended(143));

    expect(leafOf(hook.getSnapshot())).toBe('stopped');
    expect(statuses()).toEqual(['interrupted', 'pending']);
  });

  it('waits no longer than ten seconds for a shell that does not end', () => {
    const { hook, reported, take, statuses } = startHook();

    take(started(), SHUTDOWN, 9_999);
    const before = leafOf(hook.getSnapshot());
    take(1);

    expect([before, leafOf(hook.getSnapshot())]).toEqual(['active.stopping', 'stopped']);
    expect(statuses()).toEqual(['interrupted', 'pending']);
    expect(reported).toEqual([]);
  });

  it('does not change that a command ran out of time', () => {
    const { hook, take, statuses } = startHook();

    take(started(), TIMEOUT_MS, SHUTDOWN, ended(143));

    expect(leafOf(hook.getSnapshot())).toBe('stopped');
    expect(statuses()).toEqual(['timedOut', 'pending']);
  });
});

describe('a hook of which the last engine ran a part', () => {
  it('goes on where that was', () => {
    const [one, two] = hookRecord().commands;
    const commands = [{ ...one!, status: 'succeeded' as const, exitCode: 0 }, two!];
    const harness: HookHarness = startHook({ commands, status: 'running' });

    harness.take(started(), ended(0));

    expect(harness.heard).toEqual(['run two', 'let go']);
    expect(harness.record().status).toBe('succeeded');
  });
});
