import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findTestedAgents } from '../support/tested-agents.ts';
import { createGate } from '../support/gate.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap, textsOf } from '../support/assertions.ts';
import type { EngineClient } from '../support/engine-client.ts';
import type { EventStream } from '../support/event-stream.ts';
import { provideDebianPackage } from '../support/debian-package.ts';
import { byPrompt, saysAround } from '../support/scripted-turns.ts';
import { startWorkspace } from '../support/workspace.ts';

const HOUR_SECONDS = 3_600;

it('goes on with turn and stream when the clock jumps an hour forward and an hour back, under ids of another tag', async () => {
  const clock = await createClock();
  const gates = { '1': createGate(), '2': createGate() };
  const { client, chatId } = await startWorkspace({
    environment: clock.environment,
    script: byPrompt({
      'slow 1': saysAround(gates['1'], { before: 'one ', after: 'two' }),
      'slow 2': saysAround(gates['2'], { before: 'one ', after: 'two' }),
    }),
  });
  for (const [name, gate, offset] of [
    ['slow 1', gates['1'], HOUR_SECONDS], // as after a sleep of the machine
    ['slow 2', gates['2'], 0], // as when its time is set
  ] as const) {
    const stream = await client.follow();
    const messageId = await client.send(chatId, name);
    await gate.reached;
    const cursor = stream.cursor() ?? '';
    const before = tagOf(cursor);

    await clock.set(offset);
    await expect
      .poll(async () => tagOf(await cursorAfterNews(client, stream)), { timeout: 60_000 })
      .not.toBe(before);
    gate.open();
    expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'completed' } });

    expect(textsOf(deltasOf(stream.events, chatId))).toEqual(['one two']);
    expectNoGap(stream.events);
    expectExactlyOneEnd(stream.events, [messageId]);
    const resumed = await client.follow({ after: cursor });
    await resumed.waitForEnd(messageId);
    expectNoGap(resumed.events);
  }
});

/** A new client is news: its id shows under which tag the engine writes now. */
async function cursorAfterNews(client: EngineClient, stream: EventStream): Promise<string> {
  const news = await client.follow();
  news.close();
  return stream.cursor() ?? '';
}

function tagOf(id: string): string {
  return id.slice(id.indexOf('-') + 1);
}

/** A wall clock of the engine's own, by libfaketime; its monotonic clock and its agents keep the real one. */
async function createClock() {
  const folder = await mkdtemp(join(tmpdir(), 'engine-clock-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const offset = join(folder, 'offset');
  const claude = join(folder, 'claude');
  await writeFile(offset, '+0s');
  await writeFile(claude, `#!/bin/sh\nunset LD_PRELOAD\nexec ${findTestedAgents().claude} "$@"\n`, {
    mode: 0o755,
  });
  return {
    environment: {
      CLAUDE_PATH: claude,
      LD_PRELOAD: await provideLibrary(),
      FAKETIME_TIMESTAMP_FILE: offset,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_CACHE_DURATION: '1',
    },
    set: (seconds: number) => writeFile(offset, `+${seconds}s`),
  };
}

async function provideLibrary(): Promise<string> {
  await provideDebianPackage('libfaketime', async () => (await findLibrary()) !== undefined);
  return (await findLibrary()) ?? '';
}

async function findLibrary(): Promise<string | undefined> {
  const folders = (await readdir('/usr/lib')).map((name) => join('/usr/lib', name, 'faketime'));
  const files = folders.map((folder) => join(folder, 'libfaketimeMT.so.1'));
  return files.find(existsSync);
}
