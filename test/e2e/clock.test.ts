import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findTestedAgents } from '../support/tested-agents.ts';
import { createGate } from '../../src/dev/gate.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap, textsOf } from '../support/assertions.ts';
import { provideDebianPackage } from '../support/debian-package.ts';
import { byPrompt, saysAround } from '../support/scripted-turns.ts';
import { startWorkspace } from '../support/workspace.ts';

const HOUR_SECONDS = 3_600;

it.each([
  ['forward, as after a sleep of the machine', HOUR_SECONDS],
  ['backward, as when its time is set', -HOUR_SECONDS],
])(
  'goes on with turn and stream when the clock jumps an hour %s, under ids of another tag',
  async (_, jump) => {
    const clock = await createClock();
    const gate = createGate();
    const { client, chatId } = await startWorkspace({
      environment: clock.environment,
      script: byPrompt({ slow: saysAround(gate, { before: 'one ', after: 'two' }) }),
    });
    const stream = await client.follow();
    const messageId = await client.send(chatId, 'a slow one');
    await gate.reached;
    const cursor = stream.cursor() ?? '';
    const before = tagOf(cursor);

    await clock.jump(jump);
    await expect.poll(async () => tagOf(await cursorAfterNews()), { timeout: 60_000 }).not.toBe(before);
    gate.open();
    expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'completed' } });

    expect(textsOf(deltasOf(stream.events, chatId))).toEqual(['one two']);
    expectNoGap(stream.events);
    expectExactlyOneEnd(stream.events, [messageId]);
    const resumed = await client.follow({ after: cursor });
    await resumed.waitForEnd(messageId);
    expectNoGap(resumed.events);

    /** A new client is news: its id shows under which tag the engine writes now. */
    async function cursorAfterNews(): Promise<string> {
      const client2 = await client.follow();
      client2.close();
      return stream.cursor() ?? '';
    }
  },
);

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
    jump: (seconds: number) => writeFile(offset, `${seconds < 0 ? '' : '+'}${seconds}s`),
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
