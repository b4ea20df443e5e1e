import { describe, expect, it, onTestFinished } from 'vitest';
import { startFaultyMonolith, type Fault, type FaultyMonolithOptions } from '../support/faulty-monolith.ts';
import { MALFORMED } from '../support/malformed.ts';
import { createMonolithClient } from '../../src/control-plane/client.ts';
import { webhook } from '../support/start-outbox.ts';

const SECRET = 'secret-of-the-tests';
const WORKSPACE_ID = 'workspace-1';
const GITHUB = { token: 'issued', expiresAt: '2026-01-01T00:00:00Z' };

describe('a refresh', () => {
  it('is answered by whoever issues credentials for that provider, with what was asked', async () => {
    const asked: unknown[] = [];
    const { client, monolith } = await start({
      issue: { github: (request) => (asked.push(request), GITHUB) },
    });

    expect(await client.refresh.github({ reason: 'boot' })).toEqual({ kind: 'issued', credential: GITHUB });
    expect(await client.refresh.codex({ reason: 'boot' })).toEqual({ kind: 'absent' });
    expect(asked).toEqual([{ reason: 'boot' }]);
    expect(monolith.calls).toEqual([
      call('/v1/engine/github/refresh-token', 200),
      call('/v1/engine/codex/refresh-credentials', 404),
    ]);
  });
});

describe('an event', () => {
  it('is taken once, however often it is sent', async () => {
    const { client, monolith } = await start();

    expect(await client.deliver(webhook('1'))).toEqual({ kind: 'delivered', isDuplicate: false });
    expect(await client.deliver(webhook('1'))).toEqual({ kind: 'delivered', isDuplicate: true });
    expect(await client.deliver(webhook('2'))).toEqual({ kind: 'delivered', isDuplicate: false });
    expect(monolith.events).toEqual([webhook('1'), webhook('2')]);
  });

  it('is refused when it is none', async () => {
    const { client } = await start();

    const outcome = await client.deliver({ ...webhook('1'), ts: 'yesterday' });

    expect(outcome).toEqual({ kind: 'refused', reason: 'It answered 400 (malformed).' });
  });
});

describe('whoever is not the engine of the workspace', () => {
  it('is refused and not remembered', async () => {
    const { monolith } = await start();
    const stranger = (rest: object) =>
      createMonolithClient({ url: monolith.url, secret: SECRET, workspaceId: WORKSPACE_ID, ...rest });

    const wrongSecret = await stranger({ secret: 'other' }).deliver(webhook('1'));
    const wrongWorkspace = await stranger({ workspaceId: 'other' }).deliver(webhook('1'));

    expect([wrongSecret, wrongWorkspace]).toEqual([
      { kind: 'refused', reason: 'It answered 401 (refused).' },
      { kind: 'refused', reason: 'It answered 403 (refused).' },
    ]);
    expect(monolith.calls).toEqual([]);
  });
});

describe('what the engine makes of a call that went wrong', () => {
  const unavailable = (reason: string) => ({ kind: 'unavailable', reason });
  it.each<[string, Fault, object]>([
    [
      'revoked',
      { kind: 'status', status: 401, code: 'login_revoked' },
      { kind: 'refused', reason: 'It answered 401 (login_revoked).' },
    ],
    ['broken', { kind: 'status', status: 500 }, unavailable('It answered 500 (refused).')],
    [
      'too busy',
      { kind: 'status', status: 429, retryAfter: '7' },
      { ...unavailable('It answered 429 (refused).'), retryAfterMs: 7_000 },
    ],
    ['silent', { kind: 'silent' }, unavailable('It did not answer in time.')],
    ['too slow', { kind: 'slow', milliseconds: 60_000 }, unavailable('It did not answer in time.')],
    ['slow', { kind: 'slow', milliseconds: 1 }, { kind: 'issued', credential: GITHUB }],
    ['cut', { kind: 'cut' }, unavailable('It could not be reached (UND_ERR_SOCKET).')],
    [
      'elsewhere',
      { kind: 'redirect', location: 'http://127.0.0.1:1' },
      unavailable('It answered 307, which is not followed.'),
    ],
    ['a page', MALFORMED.html, unavailable('It answered with HTML instead of JSON.')],
    ['text', MALFORMED.text, unavailable('It answered with something that is not JSON.')],
    ['half an answer', MALFORMED.half, unavailable('It answered with something that is not JSON.')],
    ['nothing', MALFORMED.nothing, unavailable('It answered with nothing.')],
    ['huge', MALFORMED.huge, unavailable('It answered with more than 1 MiB.')],
    [
      'something else',
      MALFORMED.otherShape,
      unavailable('It answered with what is no credential: token (invalid_type), expiresAt (invalid_union).'),
    ],
  ])('%s', async (name, fault, outcome) => {
    const isWaitedFor = name === 'silent' || name === 'too slow';
    const timeoutMs = isWaitedFor ? 500 : LONG_MS;
    const { client } = await start({ issue: { github: () => GITHUB }, fault: () => fault }, timeoutMs);

    expect(await client.refresh.github({ reason: 'manual' })).toEqual(outcome);
  });

  it('a late one has had its effect: the next try is a duplicate', async () => {
    const { client, monolith } = await start({ fault: () => ({ kind: 'cut', isLate: true }) });

    const first = await client.deliver(webhook('1'));
    monolith.fault = () => undefined;

    expect(first.kind).toBe('unavailable');
    expect(await client.deliver(webhook('1'))).toEqual({ kind: 'delivered', isDuplicate: true });
  });

  it('a clock that is an hour ahead does not lengthen the wait it asks for', async () => {
    const now = () => Date.now() + 3_600_000;
    const retryAfter = () => new Date(now() + 30_000).toUTCString();
    const { client } = await start({
      now,
      fault: () => ({ kind: 'status', status: 503, retryAfter: retryAfter() }),
    });

    const outcome = await client.deliver(webhook('1'));

    expect(outcome).toEqual({
      ...unavailable('It answered 503 (refused).'),
      retryAfterMs: expect.any(Number),
    });
    expect('retryAfterMs' in outcome && outcome.retryAfterMs).toBeLessThanOrEqual(31_000);
  });
});

/** However busy this machine is, it answers sooner. */
const LONG_MS = 60_000;

async function start(options: Partial<FaultyMonolithOptions> = {}, timeoutMs = LONG_MS) {
  const monolith = await startFaultyMonolith({ secret: SECRET, workspaceId: WORKSPACE_ID, ...options });
  onTestFinished(() => monolith.close());
  const { url } = monolith;
  const client = createMonolithClient({ url, secret: SECRET, workspaceId: WORKSPACE_ID, timeoutMs });
  return { monolith, client };
}

function call(path: string, status: number) {
  return { path, idempotencyKey: null, body: { reason: 'boot' }, status };
}
