import { describe, expect, it } from 'vitest';
import { waitFor } from 'xstate';
import { NEVER, startBoot } from '../../support/start-boot.ts';

const READY = { type: 'engine.ready', payload: { version: 'v1' } };

function isReady({ status }: { status: string }): boolean {
  return status === 'done';
}

describe('boot', () => {
  it('says nothing while it waits for cloud-init', () => {
    const { boot, clock, emitted } = startBoot(NEVER);

    clock.increment(599_999);

    expect(boot.getSnapshot().value).toBe('initializing');
    expect(emitted).toEqual([]);
  });

  it('is ready when the log of cloud-init is there, without a reason to give', async () => {
    const { boot, emitted } = startBoot(Promise.resolve());

    await waitFor(boot, isReady);

    expect(emitted).toEqual([{ type: 'boot.changed', payload: { state: 'ready' } }, READY]);
  });

  it('goes on without the log after ten minutes, says why and stops waiting', () => {
    const { boot, clock, emitted, wait } = startBoot(NEVER);

    clock.increment(600_000);

    expect(boot.getSnapshot().status).toBe('done');
    expect(emitted).toEqual([
      {
        type: 'boot.changed',
        payload: {
          state: 'ready',
          reason: 'The cloud-init log did not appear in time; boot went on without it.',
        },
      },
      READY,
    ]);
    expect(wait.isOver).toBe(true);
  });

  it('goes on at once when the log cannot be watched, and says why', async () => {
    const { boot, emitted } = startBoot(Promise.reject(new Error('EACCES')));

    await waitFor(boot, isReady);

    expect(emitted).toEqual([
      {
        type: 'boot.changed',
        payload: {
          state: 'ready',
          reason: 'The cloud-init log could not be watched; boot went on without it.',
        },
      },
      READY,
    ]);
  });

  it('is ready once: a log that appears too late changes nothing', async () => {
    let appear: () => void = () => undefined;
    const sign = new Promise<void>((resolve) => (appear = resolve));
    const { clock, emitted } = startBoot(sign);

    clock.increment(600_000);
    appear();
    await sign;

    expect(emitted.map(({ type }) => type)).toEqual(['boot.changed', 'engine.ready']);
  });
});
