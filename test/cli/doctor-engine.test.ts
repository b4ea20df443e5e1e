import { createServer } from 'node:http';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bad, good } from '../../src/cli/doctor/check.ts';
import { examinePort } from '../../src/cli/doctor/port.ts';
import { examineEngine, engineFinder } from '../../src/cli/doctor/running-engine.ts';
import { FRESH, FRESH_LOGINS } from '../support/fresh-login.ts';
import { listenInTest } from '../support/loopback.ts';

const BOOT = { state: 'ready', since: '2026-01-01T00:00:00.000Z' };
const HEALTH = { status: 'ok', version: '9', boot: BOOT };
const STATUS = {
  version: '9',
  boot: BOOT,
  uptimeSeconds: 7_500,
  hasActiveSSHSessions: false,
  activeSseClients: 3,
  chatsTotal: 2,
  chatsProcessing: 1,
  reposTotal: 4,
  hooksRunning: false,
  lastEventId: '',
};
const SECRET = 'top-secret';

describe('a running engine', () => {
  it('uses its port rightly and says how it is', async () => {
    const port = await listen(engine(FRESH_LOGINS));

    expect(await look({ port, secret: SECRET })).toEqual([
      good(`${port} is used by a running engine`),
      good(
        '9, ready, up 2 h 5 min\nchats: 2, running: 1, repositories: 4, listeners: 3\n' +
          'credentials: github fresh, claude fresh, codex fresh',
      ),
    ]);
  });

  it('tells which credential is in trouble', async () => {
    const claude = { ...FRESH, state: 'rejected', lastError: 'The control plane answered 403.' };
    const port = await listen(engine({ providers: { ...FRESH_LOGINS.providers, claude } }));
    const [, finding] = await look({ port, secret: SECRET });

    expect(finding).toMatchObject({ state: 'doubtful', remedy: expect.stringContaining('control plane') });
    expect(finding?.text).toContain('claude rejected (The control plane answered 403.)');
  });

  it.each([
    ['wrong', '9, ready; it refuses the secret of this environment'],
    [undefined, '9, ready; the rest needs its secret'],
  ])('asks for its secret when it is %s', async (secret, text) => {
    const port = await listen(engine(FRESH_LOGINS));
    const [taken, finding] = await look({ port, secret });

    expect(taken?.state).toBe('good');
    expect(finding).toEqual({ state: 'doubtful', text, remedy: expect.stringContaining('ENGINE_SECRET') });
  });

  it('that does not tell its status is a finding, not a failure', async () => {
    const port = await listen((path) => (path === '/health' ? HEALTH : 'broken'));

    expect(await look({ port, secret: SECRET })).toEqual([
      expect.objectContaining({ state: 'good' }),
      expect.objectContaining({
        state: 'doubtful',
        text: expect.stringContaining('does not tell its status'),
      }),
    ]);
  });
});

describe('a port without an engine', () => {
  it('is free', async () => {
    expect(await look({ port: 0, secret: SECRET })).toEqual([
      good('0 is free'),
      good('none answers on port 0'),
    ]);
  });

  it('names the process that uses it, and is never told the secret', async () => {
    const heard: unknown[] = [];
    const port = await listen((_path, secret) => (heard.push(secret), 'hello'));

    const [taken] = await look({ port, secret: SECRET });

    expect(taken).toEqual(
      bad(
        `127.0.0.1:${port} is used by ${basename(process.argv0)}, process ${process.pid}, which does not answer as an engine`,
        `Stop it with \`kill ${process.pid}\`, or set another PORT.`,
      ),
    );
    expect(heard).not.toContain(SECRET);
  });

  it('says that HOST is not of this machine', async () => {
    const [taken] = await look({ host: '192.0.2.1', port: 0, secret: undefined });
    expect(taken).toMatchObject({ state: 'bad', remedy: expect.stringContaining('HOST is no address') });
  });
});

/** What is found of the port, and of the engine. */
async function look(address: { host?: string; port: number; secret: string | undefined }) {
  const there = { host: '127.0.0.1', ...address };
  const options = { ...there, find: engineFinder(there) };
  return [await examinePort(options), await examineEngine(options)];
}

type Answer = (path: string, secret: unknown) => unknown;

/** Answers as an engine with these credentials, to whoever knows its secret. */
function engine(credentials: object): Answer {
  return (path, secret) => {
    if (path === '/health') return HEALTH;
    if (secret !== SECRET) return null;
    return path === '/status' ? STATUS : credentials;
  };
}

/** Answers with JSON, or refuses the secret where there is none; returns the port. */
async function listen(answer: Answer): Promise<number> {
  const server = createServer(({ url = '', headers }, response) => {
    const body = answer(url, headers['x-replicas-engine-secret']);
    if (body === null) response.statusCode = 401;
    response.end(JSON.stringify(body ?? { error: 'No.', code: 'unauthorized' }));
  });
  return (await listenInTest(server)).port;
}
