import { describe, expect, it } from 'vitest';
import {
  ABSENT,
  AHEAD,
  BROKEN,
  HOUR,
  ISSUED,
  JUMPED,
  MANUAL,
  REFUSED,
  REJECTED,
  UNAVAILABLE,
  done,
  startCredential,
} from '../../support/start-credential.ts';

describe('a credential', () => {
  it('is asked for at the start, ahead of its end, and each is announced', () => {
    const { take, states, requests, emitted } = startCredential();

    take(ISSUED, HOUR - AHEAD, ISSUED);

    expect(requests()).toEqual([{ reason: 'boot' }, { reason: 'expiring' }]);
    expect(states()).toEqual(['refreshing', 'fresh', 'refreshing', 'fresh']);
    expect(emitted[0]).toEqual({
      type: 'credentials.changed',
      payload: { provider: 'claude', state: 'refreshing' },
    });
  });

  it('is asked for at once when it was rejected, with what tells which one, and when somebody wants it', () => {
    const { take, requests } = startCredential();

    take(ISSUED, REJECTED, ISSUED, MANUAL);

    expect(requests().slice(1)).toEqual([
      { reason: 'rejected', rejectedTokenSha256: 'abc' },
      { reason: 'manual' },
    ]);
  });

  it('is asked for once, however many ask', () => {
    const { take, requests } = startCredential();

    take(REJECTED, MANUAL, JUMPED, REJECTED, ISSUED);

    expect(requests()).toEqual([{ reason: 'boot' }]);
  });

  it('is asked for at once when the clock jumped, in every state', () => {
    const { take, requests } = startCredential();

    take(ISSUED, JUMPED, ABSENT, JUMPED, UNAVAILABLE, JUMPED, REFUSED, JUMPED);

    expect(requests()).toHaveLength(5);
  });

  it.each([
    ['fresh', ISSUED],
    ['absent', ABSENT],
    ['rejected', REFUSED],
  ])(
    'is asked for as expiring after a jump of the clock and when its time comes, while %s',
    (_state, end) => {
      const { take, requests } = startCredential();

      take(ISSUED, MANUAL, end, JUMPED);
      expect(requests().slice(-2)).toEqual([{ reason: 'manual' }, { reason: 'expiring' }]);
      take(end, MANUAL, end, HOUR);

      expect(requests().slice(-2)).toEqual([{ reason: 'manual' }, { reason: 'expiring' }]);
    },
  );

  it.each([
    ['fresh', ISSUED],
    ['absent', ABSENT],
    ['rejected', REFUSED],
    ['backing off', UNAVAILABLE],
  ])('is asked for with the reason of whoever asks, while %s', (_state, end) => {
    const { take, requests } = startCredential();

    take(end, REJECTED);

    expect(requests().at(-1)).toEqual({ reason: 'rejected', rejectedTokenSha256: 'abc' });
  });

  it('is told to be good for as long as was said, and of which kind it is', () => {
    const { take, context } = startCredential();

    take(ISSUED);

    expect(context()).toMatchObject({ source: 'oauth', expiresAt: HOUR, waitMs: HOUR - AHEAD });
  });

  it.each([
    { what: 'a fifth of its life ahead', lifetimeMs: 1_000_000, random: 0, waitMs: 800_000 },
    { what: 'up to twice as far ahead, by chance', lifetimeMs: 1_000_000, random: 0.5, waitMs: 700_000 },
    {
      what: 'ten minutes ahead at most, by chance twice',
      lifetimeMs: HOUR,
      random: 0.5,
      waitMs: HOUR - 900_000,
    },
    { what: 'five seconds later at the soonest', lifetimeMs: 1_000, random: 0, waitMs: 5_000 },
    { what: 'six hours later at the latest', lifetimeMs: 100 * HOUR, random: 0, waitMs: 6 * HOUR },
    { what: 'sooner by chance when it never ends', lifetimeMs: null, random: 0.5, waitMs: 5.4 * HOUR },
  ])('is asked for again $what', ({ lifetimeMs, random, waitMs }) => {
    const { take, context } = startCredential();

    take(done({ kind: 'issued', source: 'oauth', expiresAt: HOUR, lifetimeMs, random }));

    expect(context().waitMs).toBe(waitMs);
  });
});

describe('an attempt that comes to nothing', () => {
  it('is repeated for the same cause, with waits that double up to five minutes', () => {
    const { take, requests, context } = startCredential();

    take(ISSUED, REJECTED, UNAVAILABLE);
    const waits = Array.from({ length: 11 }, () => {
      const { waitMs } = context();
      take(waitMs, UNAVAILABLE);
      return waitMs;
    });

    expect(waits).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 150_000, 150_000,
    ]);
    expect(
      new Set(
        requests()
          .slice(1)
          .map(({ reason }) => reason),
      ),
    ).toEqual(new Set(['rejected']));
  });

  it('waits as long as it is told to, but never beyond its maximum', () => {
    const { take, context } = startCredential();

    take(done({ kind: 'unavailable', reason: 'busy', retryAfterMs: 20_000, random: 0 }));
    expect(context().waitMs).toBe(20_000);
    take(20_000, done({ kind: 'unavailable', reason: 'busy', retryAfterMs: HOUR, random: 0 }));

    expect(context().waitMs).toBe(300_000);
  });

  it('says how often and why, until one succeeds; what is known of the credential in place stays', () => {
    const { take, context } = startCredential();

    take(ISSUED, MANUAL, UNAVAILABLE, 500, BROKEN);
    expect(context()).toMatchObject({
      consecutiveFailures: 2,
      lastError: 'The refresh failed.',
      source: 'oauth',
      expiresAt: HOUR,
    });
    take(MANUAL, ISSUED);

    expect(context()).toMatchObject({ consecutiveFailures: 0, lastError: null });
  });

  it('is given up after a minute without an answer, and tried again', () => {
    const { take, asked, states, context } = startCredential();

    take(60_000);
    expect(context().lastError).toBe('The refresh took too long.');
    take(1_000);

    expect(asked).toEqual([{ reason: 'boot' }, 'let go', { reason: 'boot' }]);
    expect(states()).toEqual(['refreshing', 'backingOff', 'refreshing']);
  });
});

describe('a provider for which nothing is configured', () => {
  it('is asked about each hour, without an error', () => {
    const { take, states, requests, context } = startCredential();

    take(ABSENT, HOUR, ABSENT, HOUR, ISSUED);

    expect(requests()).toHaveLength(3);
    expect(states()).toEqual(['refreshing', 'absent', 'refreshing', 'absent', 'refreshing', 'fresh']);
    expect(context().lastError).toBeNull();
  });
});

describe('a control plane that refuses', () => {
  it('is reported as an error that names the provider, and asked again after an hour', () => {
    const { take, states, emitted, requests, context } = startCredential();

    take(REFUSED);
    expect(states()).toEqual(['refreshing', 'rejected', 'credential_refused']);
    expect(context().consecutiveFailures).toBe(1);
    expect(emitted.at(-1)).toEqual({
      type: 'error',
      payload: {
        code: 'credential_refused',
        message: 'The control plane refuses a credential for claude. It answered 403.',
        context: { provider: 'claude' },
      },
    });
    take(HOUR);

    expect(requests()).toHaveLength(2);
  });

  it('is reported once, however often it refuses, also when it could not be reached meanwhile', () => {
    const { take, states, requests } = startCredential();

    take(REFUSED, HOUR, REFUSED, MANUAL, REFUSED, JUMPED, UNAVAILABLE, MANUAL, REFUSED);

    expect(requests()).toHaveLength(5);
    expect(states().filter((state) => state === 'rejected')).toHaveLength(4);
    expect(states().filter((state) => state === 'credential_refused')).toHaveLength(1);
  });

  it('is reported again when it refuses for another reason', () => {
    const { take, messages } = startCredential();

    take(REFUSED, HOUR, done({ kind: 'refused', reason: 'It answered 401.' }), HOUR, REFUSED);

    expect(messages()).toEqual([
      'The control plane refuses a credential for claude. It answered 403.',
      'The control plane refuses a credential for claude. It answered 401.',
      'The control plane refuses a credential for claude. It answered 403.',
    ]);
  });

  it.each([
    ['it issued one', ISSUED],
    ['nothing was configured', ABSENT],
  ])('is reported again when it refuses anew after %s', (_, end) => {
    const { take, messages } = startCredential();

    take(REFUSED, HOUR, end, MANUAL, REFUSED);

    expect(messages()).toHaveLength(2);
  });
});
