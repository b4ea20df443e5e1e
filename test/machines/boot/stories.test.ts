import { describe, expect, it } from 'vitest';
import { waitFor } from 'xstate';
import { startBoot, type BootSigns } from '../../support/start-boot.ts';

const DONE = Promise.resolve();
const ALL_DONE: BootSigns = {
  cloudInit: DONE,
  restore: Promise.resolve([]),
  repositories: DONE,
  hooks: DONE,
};
const READY = { type: 'engine.ready', payload: { version: 'v1' } };

function isReady({ status }: { status: string }): boolean {
  return status === 'done';
}

describe('boot', () => {
  it('waits for cloud-init, and says nothing more meanwhile', () => {
    const { boot, clock, emitted } = startBoot();

    clock.increment(599_999);

    expect(boot.getSnapshot().value).toBe('initializing');
    expect(emitted).toEqual([changed('initializing')]);
  });

  it('tells each state it comes to, and is ready after the hooks, without a reason to give', async () => {
    const { boot, emitted } = startBoot(ALL_DONE);

    await waitFor(boot, isReady);

    expect(emitted).toEqual([
      changed('initializing'),
      changed('discoveringRepositories'),
      changed('runningHooks'),
      changed('ready'),
      READY,
    ]);
  });

  it('is not ready before the hooks are over, however long they take', async () => {
    const { boot, clock, emitted } = startBoot({ cloudInit: DONE, repositories: DONE });

    await waitFor(boot, (snapshot) => snapshot.matches('runningHooks'));
    clock.increment(24 * 3_600_000);

    expect(boot.getSnapshot().value).toBe('runningHooks');
    expect(emitted.at(-1)).toEqual(changed('runningHooks'));
  });

  it('goes on without the log after ten minutes, says why from then on and stops waiting', async () => {
    const { boot, clock, emitted, wait } = startBoot({ repositories: DONE, hooks: DONE });
    const reason = 'The cloud-init log did not appear in time; boot went on without it.';

    clock.increment(600_000);
    await waitFor(boot, isReady);

    expect(emitted.slice(1)).toEqual([
      changed('discoveringRepositories', reason),
      changed('runningHooks', reason),
      changed('ready', reason),
      READY,
    ]);
    expect(wait.isOver).toBe(true);
  });

  it('goes on without repositories that do not answer within eight seconds, and reports that once', async () => {
    const { boot, clock, emitted } = startBoot({ cloudInit: DONE, hooks: DONE });
    const reason = 'Not every repository answered in time; boot went on without those.';

    await waitFor(boot, (snapshot) => snapshot.matches('discoveringRepositories'));
    clock.increment(7_999);
    expect(boot.getSnapshot().value).toBe('discoveringRepositories');
    clock.increment(1);
    await waitFor(boot, isReady);

    expect(emitted.slice(2)).toEqual([
      {
        type: 'error',
        payload: {
          code: 'repositories_late',
          message: 'Boot went on without repositories that did not answer in time; `GET /repos` says which.',
        },
      },
      changed('runningHooks', reason),
      changed('ready', reason),
      READY,
    ]);
  });

  it.each([
    ['cloudInit', 'The cloud-init log could not be watched; boot went on without it.'],
    ['repositories', 'The repositories could not be listed; boot went on without them.'],
    ['hooks', 'The start hooks could not be run; boot went on without them.'],
  ])('goes on at once when %s fails, and says why', async (step, reason) => {
    const failure = failing();
    const { boot, emitted } = startBoot({ ...ALL_DONE, [step]: failure });

    await waitFor(boot, isReady);

    expect(emitted.slice(-2)).toEqual([changed('ready', reason), READY]);
  });

  it('restores repositories behind cloud-init, and tells what of them could not be', async () => {
    const missing = { message: 'Piece a of repository b is missing.', context: { repository: 'b' } };
    const { boot, emitted } = startBoot(
      { ...ALL_DONE, restore: Promise.resolve([missing]) },
      { wasMoved: true },
    );

    await waitFor(boot, isReady);

    expect(emitted).toEqual([
      changed('initializing'),
      changed('restoring'),
      { type: 'error', payload: { code: 'restore_incomplete', ...missing } },
      changed('discoveringRepositories'),
      changed('runningHooks'),
      changed('ready'),
      READY,
    ]);
  });

  it('goes on when repositories cannot be restored, and says so', async () => {
    const { boot, emitted } = startBoot({ ...ALL_DONE, restore: failing() }, { wasMoved: true });

    await waitFor(boot, isReady);

    expect(emitted.at(-2)).toEqual(
      changed('ready', 'The repositories could not be restored; boot went on without that.'),
    );
  });

  it('gives every reason there is', async () => {
    const failure = failing();
    const { boot, emitted } = startBoot({ cloudInit: failure, repositories: failure, hooks: DONE });

    await waitFor(boot, isReady);

    expect(emitted.at(-2)).toEqual(
      changed(
        'ready',
        'The cloud-init log could not be watched; boot went on without it. The repositories could not be listed; boot went on without them.',
      ),
    );
  });
});

function changed(state: string, reason?: string) {
  return { type: 'boot.changed', payload: { state, ...(reason === undefined ? {} : { reason }) } };
}

/** Also when nobody waits for it yet. */
function failing(): Promise<never> {
  const failure = Promise.reject<never>(new Error('EACCES'));
  failure.catch(() => undefined);
  return failure;
}
