import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createGate } from '../support/gate.ts';
import { inPieces, say } from '../../src/dev/scripted-steps.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap, textsOf } from '../support/assertions.ts';
import type { EngineClient } from '../support/engine-client.ts';
import { launchEngine } from '../support/engine-process.ts';
import { byPrompt, longText } from '../support/scripted-turns.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { expectWholeLog } from '../support/whole-log.ts';
import { startWorkspace } from '../support/workspace.ts';

const MINIMAL = {
  WORKSPACE_ID: 'unusable',
  REPLICAS_ENGINE_SECRET: 'secret-of-this-test',
  MONOLITH_URL: 'http://127.0.0.1:9',
  PORT: '0',
};
const HANGING_DISK = fileURLToPath(new URL('../support/hanging-disk.mjs', import.meta.url));

it('refuses messages on a full disk, stays alive, also starts there, and takes them again once there is room', async () => {
  const disk = await mountSmallDisk(96);
  const { client, chatId, engine, home, start } = await startWorkspace({ parent: disk.path });
  const stream = await client.follow({ resume: true });
  await stream.waitForEnd(await client.send(chatId, 'before'));

  await disk.fill(0);
  const { accepted, refusal } = await sendUntilRefused(client, chatId, longText(400_000));
  expect(refusal).toMatchObject({
    status: 507,
    body: { code: expect.any(String) as string, error: expect.any(String) as string },
  });
  await engine().end('SIGKILL');
  await start();
  expect((await client.get('/health')).status).toBe(200);
  expect((await client.get('/chats')).status).toBe(200);

  await disk.free();
  await expect
    .poll(
      async () =>
        (await client.post(`/chats/${chatId}/messages`, { message: 'after', messageId: 'after' })).status,
      { timeout: 60_000, interval: 250 },
    )
    .toBe(200);
  expect(await stream.waitForEnd('after')).toMatchObject({ payload: { outcome: 'completed' } });
  expectExactlyOneEnd(stream.events, [...accepted, 'after']);
  expectNoGap(stream.events);
  await engine().end('SIGTERM');
  await expectWholeLog(home);
});

it('says in words what is wrong with a home in which an engine cannot start: no room, a file in its place', async () => {
  const disk = await mountSmallDisk(1);
  const [full, file] = [join(disk.path, 'full'), join(disk.path, 'file')];
  await mkdir(full);
  await writeFile(file, '');

  for (const [home, reason, room] of [
    [full, 'ENOSPC: no space left on device, write', 0],
    [full, 'its disk is full', 4096],
    [full, 'its disk is full', 8192],
    [file, `EEXIST: file already exists, mkdir '${file}'`, 0],
  ] as const) {
    await disk.fill(room);
    const engine = launchEngine({ ...process.env, ...MINIMAL, HOME: home });
    expect(await engine.exited).toEqual({ code: 1, signal: null });
    expect(engine.logs().split('\n')).toContain(
      `The home "${home}" cannot be used (${reason}): it has to be a folder with room in it, to which the user of the engine may write. WORKSPACE_HOME names another.`,
    );
  }
});

it('ends each message once and keeps its log whole when the disk fills up during a turn', async () => {
  const disk = await mountSmallDisk(96);
  const gate = createGate();
  const text = longText(3_000_000);
  const { client, chatId, engine, home } = await startWorkspace({
    parent: disk.path,
    script: byPrompt({ 'a lot': () => say(gate, ...inPieces(text, { size: 32_768 })) }),
    // An agent that could not write its result has to be noticed.
    environment: { AGENT_SILENT_MS: '5000' },
  });
  const stream = await client.follow();
  const messageId = await client.send(chatId, 'Say a lot');
  await gate.reached;
  await disk.fill(500_000);
  gate.open();
  const { accepted, refusal } = await sendUntilRefused(client, chatId, longText(60_000));
  expect(refusal.status).toBe(507);
  expect((await client.get('/health')).status).toBe(200);

  await disk.free();
  await expect.poll(async () => (await client.delete(`/chats/${chatId}/queue`)).status).toBe(200); // dozens of turns
  await stream.waitForEnd(messageId);
  await expect
    .poll(
      async () =>
        (await client.post(`/chats/${chatId}/messages`, { message: 'after', messageId: 'after' })).status,
      { timeout: 60_000 },
    )
    .toBe(200);
  expect(await stream.waitForEnd('after')).toMatchObject({ payload: { outcome: 'completed' } });
  expectExactlyOneEnd(stream.events, [messageId, ...accepted, 'after']);
  expectNoGap(stream.events);
  expect(textsOf(deltasOf(stream.events, chatId)).at(-1)).toBe('You said: after');
  await engine().end('SIGTERM');
  await expectWholeLog(home);
});

it('ends with 0 when it is asked to while the disk hangs, and the next start goes on from there', async () => {
  const gate = createGate();
  const hangs = join(await mkdtemp(join(tmpdir(), 'hanging-disk-')), 'hangs');
  const { client, chatId, engine, home, start } = await startWorkspace({
    script: byPrompt({ long: () => say('Begun. ', gate, 'Done.') }),
    environment: { NODE_OPTIONS: `--import=${HANGING_DISK}`, HANGING_DISK: hangs },
  });
  const stream = await client.follow({ resume: true });
  const messageId = await client.send(chatId, 'long');
  await gate.reached;

  await writeFile(hangs, '');
  expect(await engine().end('SIGTERM')).toEqual({ code: 0, signal: null });
  await rm(hangs);
  await start();

  await stream.waitForEnd(messageId);
  await stream.waitForEnd(await client.send(chatId, 'after'));
  expectExactlyOneEnd(stream.events, [messageId]);
  expectNoGap(stream.events);
  await engine().end('SIGTERM');
  await expectWholeLog(home);
});

/** What was allocated ahead may still take some messages; whatever is accepted must end like any other. */
async function sendUntilRefused(client: EngineClient, chatId: string, message: string) {
  const accepted: string[] = [];
  for (;;) {
    const messageId = `while-full-${accepted.length}`;
    const answer = await client.post(`/chats/${chatId}/messages`, { message, messageId });
    if (answer.status !== 200) return { accepted, refusal: answer };
    accepted.push(messageId);
  }
}
