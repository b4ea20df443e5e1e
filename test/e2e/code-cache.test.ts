import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import Module from 'node:module';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  launchEngine,
  PROGRAM,
  stopEngine,
  waitForHealth,
  type EngineProcess,
} from '../support/engine-process.ts';
import { fetchOnce } from '../support/fetch-once.ts';
import { findFreePort } from '../support/free-port.ts';
import { createTemporaryHome } from '../support/temporary-home.ts';

const BUILT = join(PROGRAM, '..');
const SECRET = 'secret-of-an-engine-with-code';
const DIGEST_BYTES = 32;
/** Of the version of V8, in what it makes. */
const VERSION_AT = 4;

/** A copy of what was built, to be spoiled. */
let built: string;

beforeEach(async () => {
  const folder = await createTemporaryHome();
  built = join(folder.path, 'dist', 'src');
  await cp(BUILT, built, { recursive: true, filter: (path) => !/\.map$|\/inspector$/.test(path) });
  await cp('package.json', join(folder.path, 'package.json'));
  onTestFinished(() => folder.remove());
});

describe('the code that is kept beside the program', () => {
  it('is there from the build on, and V8 takes all of it', async () => {
    const { logs } = await serve();

    const kept = await keptCode();
    expect([...kept.keys()]).toEqual(expect.arrayContaining(['program.cjs', await largest()]));
    for (const { length } of kept.values())
      expect(logs()).toContain(`[Deserializing from ${length - DIGEST_BYTES} bytes `);
  });

  it('is made at the first start where there is none', async () => {
    const code = await keptCode();
    await rm(join(built, 'code'), { recursive: true });
    await serve();

    await expect.poll(async () => [...(await keptCode()).keys()]).toEqual([...code.keys()]);
  });

  it.each<[damage: string, spoil: (kept: Buffer, source: string) => Buffer]>([
    ['was torn', (kept) => kept.subarray(0, kept.length / 2)],
    ['is empty', () => Buffer.alloc(0)],
    ['has another byte', (kept) => withOtherByte(kept, kept.length / 2)],
    [
      'was made by another V8',
      (kept, source) => signed(withOtherByte(kept.subarray(DIGEST_BYTES), VERSION_AT), source),
    ],
    ['was made of another source', (kept, source) => signed(kept.subarray(DIGEST_BYTES), `${source} `)],
  ])('is made anew when it %s', async (_, spoil) => {
    const name = await largest();
    const file = join(await codeFolder(), name);
    const spoiled = spoil(await readFile(file), Module.wrap(await readFile(join(built, name), 'latin1')));
    await writeFile(file, spoiled);
    await serve();

    await expect.poll(async () => (await readFile(file)).equals(spoiled)).toBe(false);
  });

  it('is done without where none can be kept', async () => {
    await rm(join(built, 'code'), { recursive: true });
    await writeFile(join(built, 'code'), 'in its place');

    await serve();
  });
});

it('leaves the lines of the sources to a stack trace', async () => {
  const serveFile = (await readdir(BUILT)).find((name) => /^serve-\w+\.cjs$/.test(name));
  const script = `require(${JSON.stringify(join(BUILT, serveFile ?? ''))}).serve({}).catch(({ stack }) => console.log(stack))`;

  const { stdout } = await execa('node', ['--enable-source-maps', '--eval', script]);
  expect(stdout).toMatch(/at parseEnvironment \(.*\/src\/environment\/engine-env\.ts:\d+:\d+\)$/m);
});

async function serve(): Promise<EngineProcess> {
  const home = await createTemporaryHome();
  onTestFinished(() => home.remove());
  const port = await findFreePort();
  const environment = {
    PATH: process.env['PATH'],
    WORKSPACE_HOME: home.path,
    REPLICAS_ENGINE_SECRET: SECRET,
    WORKSPACE_ID: 'kept',
    MONOLITH_URL: 'http://127.0.0.1:9',
    HOST: '127.0.0.1',
    PORT: String(port),
    CLOUD_INIT_OUTPUT_LOG: home.path,
  };
  // The flag lets V8 tell what it takes.
  const engine = launchEngine(environment, {
    program: '--profile-deserialization',
    command: [join(built, 'main.js'), 'serve'],
  });
  onTestFinished(() => stopEngine(engine));
  const url = `http://127.0.0.1:${port}`;
  await waitForHealth(engine, url);
  const headers = { 'x-replicas-engine-secret': SECRET };
  expect((await fetchOnce(`${url}/status`, { headers })).status).toBe(200);
  return engine;
}

async function codeFolder(): Promise<string> {
  const [folder = ''] = await readdir(join(built, 'code'));
  return join(built, 'code', folder);
}

async function keptCode(): Promise<Map<string, Buffer>> {
  const folder = await codeFolder().catch(() => null);
  if (folder === null) return new Map();
  const names = (await readdir(folder)).filter((name) => name.endsWith('.cjs')).toSorted();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
}

async function largest(): Promise<string> {
  const names = await readdir(await codeFolder());
  return names.find((name) => name.startsWith('start-engine-')) ?? '';
}

function withOtherByte(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(at) ^ 0xff, at);
  return changed;
}

function signed(code: Buffer, source: string): Buffer {
  return Buffer.concat([createHash('sha256').update(source).update(code).digest(), code]);
}
