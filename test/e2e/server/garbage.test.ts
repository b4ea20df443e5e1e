import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { ErrorResponseSchema } from '../../../src/contract/errors.ts';
import { launchEngine, stopEngine, waitForHealth } from '../../support/engine-process.ts';
import { fetchOnce } from '../../support/fetch-once.ts';
import { findFreePort } from '../../support/free-port.ts';
import { bodyOf, rawGarbage, toPath, type Operation } from '../../support/garbage.ts';
import { createRandom, pick } from '../../support/random.ts';
import { parseAnswer } from '../../support/raw-http.ts';
import { createTemporaryHome } from '../../support/temporary-home.ts';

const REQUESTS = Number(process.env['GARBAGE_REQUESTS'] ?? 3_000);
const SEED = Number(process.env['GARBAGE_SEED'] ?? 1);
const SIDE_BY_SIDE = 16;
const SECRET = 'secret-of-the-garbage';

/** What a request may be told that the engine itself did not cause. */
const EXPECTED_FAILURES = new Set([503, 507]);

it(
  `answers ${REQUESTS} requests that are garbage in the one shape, and its health throughout (seed ${SEED})`,
  async () => {
    const { url, engine, operations } = await startEngine();
    const random = createRandom(SEED);
    const wrong: unknown[] = [];
    let left = REQUESTS;
    let isOver = false;

    const throwing = Array.from({ length: SIDE_BY_SIDE }, async () => {
      while (left > 0) {
        left -= 1;
        const sent = random() < 0.5 ? await sendRaw() : await sendWellFormed();
        if (sent !== null) wrong.push(sent);
      }
    });
    const checking = (async () => {
      while (!isOver)
        expect((await fetchOnce(`${url}/health`, { signal: AbortSignal.timeout(30_000) })).status).toBe(200);
    })();
    await Promise.all(throwing);
    isOver = true;
    await checking;

    expect(wrong.slice(0, 10)).toEqual([]);
    expect(engine.isAlive()).toBe(true);
    expect(await engine.end('SIGTERM')).toEqual({ code: 0, signal: null });

    async function sendRaw() {
      const bytes = rawGarbage(random, { operations, secret: SECRET });
      const answer = await exchange(url, bytes, { isWhole: false });
      const fault = faultOf(answer);
      return fault === null ? null : { fault, sent: bytes.toString('latin1').slice(0, 500), answer };
    }

    async function sendWellFormed() {
      const { method, path } = pick(random, operations);
      const target = toPath(path, random);
      const body = bodyOf(random);
      const isRead = method === 'GET';
      const text = `${method} ${target} HTTP/1.1\r\nHost: x\r\nX-Replicas-Engine-Secret: ${SECRET}\r\n${
        isRead ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`
      }Connection: close\r\n\r\n${isRead ? '' : body}`;
      const answer = await exchange(url, Buffer.from(text), { isWhole: true });
      const fault = answer.text === '' ? 'no answer' : faultOf(answer);
      return fault === null ? null : { fault, sent: text.slice(0, 500), answer };
    }
  },
  REQUESTS * 100 + 120_000,
);

async function startEngine() {
  const place = await createTemporaryHome();
  const home = place.path;
  onTestFinished(() => place.remove());
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const engine = launchEngine({
    PATH: process.env['PATH'],
    REPLICAS_ENGINE_SECRET: SECRET,
    WORKSPACE_ID: 'garbage',
    MONOLITH_URL: 'http://127.0.0.1:9',
    WORKSPACE_HOME: home,
    HOME: home,
    HOST: '127.0.0.1',
    PORT: String(port),
    CLOUD_INIT_TIMEOUT_MS: '1',
    CLAUDE_PATH: '/nonexistent/claude',
    CODEX_PATH: '/nonexistent/codex',
    LOG_LEVEL: 'error',
  });
  onTestFinished(() => stopEngine(engine));
  await waitForHealth(engine, url);
  const headers = { 'x-replicas-engine-secret': SECRET };
  const { paths } = (await (await fetchOnce(`${url}/openapi.json`, { headers })).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method): Operation => ({ method: method.toUpperCase(), path })),
  );
  return { url, engine, operations };
}

interface Exchange {
  text: string;
  isHead: boolean;
}

/** What comes back until the engine closes; of a stream, its head. */
function exchange(url: string, bytes: Buffer, { isWhole }: { isWhole: boolean }): Promise<Exchange> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    let text = '';
    socket.setEncoding('latin1');
    socket.setTimeout(30_000, () => {
      text += '\r\nNEVER CLOSED';
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('data', (part: string) => {
      text += part;
      if (/^HTTP\/1\.1 200[\s\S]*content-type: text\/event-stream/i.test(text)) socket.destroy();
    });
    socket.on('end', () => socket.destroy());
    socket.on('close', () => resolve({ text, isHead: bytes.subarray(0, 5).toString() === 'HEAD ' }));
    if (isWhole) socket.write(bytes);
    else socket.end(bytes); // of which the engine could wait for the rest
  });
}

/** What is wrong with an answer; a connection that is cut before anything was understood has none. */
function faultOf({ text, isHead }: Exchange): string | null {
  if (text === '') return null;
  if (text.endsWith('NEVER CLOSED')) return 'never closed';
  const { status, headers, body } = parseAnswer(text);
  if (!(status >= 100 && status < 600)) return 'no status';
  if (status >= 500 && !EXPECTED_FAILURES.has(status)) return 'a defect';
  if (status < 400 || isHead) return null;
  if (headers['x-request-id'] === undefined) return 'no request id';
  const length = Number(headers['content-length']);
  const parsed = ErrorResponseSchema.safeParse(toJson(Number.isNaN(length) ? body : body.slice(0, length)));
  return parsed.success ? null : 'another shape';
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
