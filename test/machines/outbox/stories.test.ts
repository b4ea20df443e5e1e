import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../machines/outbox.setup.ts';
import {
  BROKEN,
  DELIVERED,
  DRAIN,
  KEPT,
  REFUSED,
  UNAVAILABLE,
  found,
  startOutbox,
  told,
} from '../../support/start-outbox.ts';
import { leafOf } from '../../support/state-names.ts';

describe('telling', () => {
  it('goes from event to event, one at a time, each settled before the next is looked for', () => {
    const { heard, emitted, take } = startOutbox();

    take(found('1'), DELIVERED, found('2'), DELIVERED);

    expect(heard).toEqual([
      'wait for the next',
      'tell 1',
      'wait for the next',
      'tell 2',
      'wait for the next',
    ]);
    expect(emitted).toEqual([settled('1'), settled('2')]);
  });

  it('tells the same event again while nobody takes it, and nothing else meanwhile', () => {
    const { heard, emitted, take } = startOutbox();

    take(found('1'), UNAVAILABLE, 250, UNAVAILABLE, 500, DELIVERED);

    expect(heard).toEqual(['wait for the next', 'tell 1', 'tell 1', 'tell 1', 'wait for the next']);
    expect(emitted).toEqual([settled('1')]);
  });

  it('waits longer after each failure, five minutes at most', () => {
    const { clock, heard, take } = startOutbox();
    const waits: number[] = [];
    take(found('1'));

    for (let failures = 1; failures <= 14; failures++) {
      const [since, count] = [clock.now(), heard.length];
      take(UNAVAILABLE);
      for (let steps = 0; heard.length === count && steps < 10_000; steps++) take(250);
      waits.push(clock.now() - since);
    }

    expect(waits).toEqual([
      250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000,
      300_000,
    ]);
  });

  it.each([
    ['looking', [BROKEN.looking, 250, BROKEN.looking], 'wait for the next'],
    ['telling', [found('1'), BROKEN.telling, 250, BROKEN.telling], 'tell 1'],
    ['burying', [found('1'), REFUSED, BROKEN.burying, 250, BROKEN.telling], 'tell 1'],
  ])('waits longer also when %s itself breaks', (_what, steps, again) => {
    const { heard, take } = startOutbox();

    take(...steps, 499);
    const before = heard.filter((what) => what === again).length;
    take(1);

    expect(heard.slice(-1)).toEqual([again]);
    expect(heard.filter((what) => what === again).length).toBe(before + 1);
  });

  it('begins with short waits again once an event was taken', () => {
    const { heard, take } = startOutbox();

    take(found('1'), UNAVAILABLE, 250, UNAVAILABLE, 500, DELIVERED, found('2'), UNAVAILABLE, 250);

    expect(heard.slice(-2)).toEqual(['tell 2', 'tell 2']);
  });

  it('does not come back before it was asked to', () => {
    const { heard, take } = startOutbox();

    take(found('1'), told({ kind: 'unavailable', retryAfterMs: 60_000 }), 60_000);
    expect(heard).toEqual(['wait for the next', 'tell 1']);
    take(125);

    expect(heard).toEqual(['wait for the next', 'tell 1', 'tell 1']);
  });
});

describe('the wait', () => {
  it('is spread over half of its length, so that engines do not come back together', () => {
    const waits = [0, 0.5, 1].map((share) => backoffMs({ failures: 3, retryAfterMs: 0 }, share));

    expect(waits).toEqual([500, 750, 1_000]);
  });
});

describe('a refusal', () => {
  it('is kept, then announced with its reason, then behind us', () => {
    const { heard, emitted, take } = startOutbox();

    take(found('1'), REFUSED);
    expect(emitted).toEqual([]);
    take(KEPT, found('2'));

    expect(heard).toEqual([
      'wait for the next',
      'tell 1',
      'keep 1: It answered 400.',
      'wait for the next',
      'tell 2',
    ]);
    expect(emitted).toEqual([
      {
        type: 'error',
        payload: {
          code: 'webhook_refused',
          message: 'The control plane refused the event 1; it is kept in the dead-letter file.',
          details: 'It answered 400.',
          context: { eventId: '1', eventType: 'engine.ready' },
        },
      },
      settled('1'),
    ]);
  });
});

describe('a drain', () => {
  it('ends at once when everything was told', () => {
    const { outbox, heard, take } = startOutbox();

    take(DRAIN, found(null));

    expect(heard).toEqual(['wait for the next', 'look for the next']);
    expect(leafOf(outbox.getSnapshot())).toBe('stopped');
  });

  it('tells what is left, what is on its way included', () => {
    const { outbox, heard, emitted, take } = startOutbox();

    take(found('1'), DRAIN, DELIVERED, found('2'), DELIVERED, found(null));

    expect(heard).toEqual([
      'wait for the next',
      'tell 1',
      'look for the next',
      'tell 2',
      'look for the next',
    ]);
    expect(emitted).toEqual([settled('1'), settled('2')]);
    expect(leafOf(outbox.getSnapshot())).toBe('stopped');
  });

  it('leaves to the next engine what nobody takes now', () => {
    const away = startOutbox();
    const leaving = startOutbox();

    away.take(found('1'), UNAVAILABLE, DRAIN);
    leaving.take(found('1'), DRAIN, UNAVAILABLE);

    for (const { outbox, emitted } of [away, leaving]) {
      expect(leafOf(outbox.getSnapshot())).toBe('stopped');
      expect(emitted).toEqual([]);
    }
  });
});

function settled(id: string) {
  return { type: 'event.settled', id };
}
