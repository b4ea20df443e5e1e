import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { deltasOf, expectNoGap } from '../support/assertions.ts';
import type { EventStream } from '../support/event-stream.ts';
import { startWorkspace } from '../support/workspace.ts';

const PRINTING_AGENT = fileURLToPath(new URL('../support/printing-agent.mjs', import.meta.url));
const BURSTS = 3;
const EVENTS_PER_BURST = 10_000;
const STALL_MS = 5_000;
const MIB = 1024 * 1024;

it('delivers bursts of 10,000 events to ten readers exactly once, in bounded memory', async () => {
  const { client, chatId, engine } = await startWorkspace({
    environment: { CLAUDE_PATH: await installPrintingAgent() },
  });
  const steady = await Promise.all(Array.from({ length: 8 }, () => client.follow({ isUnchecked: true })));
  const stalled = await client.follow({ resume: true, isUnchecked: true, startsReading: delay(STALL_MS) });
  const unsteady = await client.follow({ resume: true, isUnchecked: true });
  const readers = [...steady, stalled, unsteady];
  const memory = [await residentBytes(engine().pid)];
  for (let round = 0; round < BURSTS; round += 1) {
    const messageId = await client.send(chatId, 'burst', { messageId: `burst-${round}` });
    if (round === 0) await cutTenTimes(unsteady);
    await Promise.all(readers.map((reader) => reader.waitForEnd(messageId)));
    memory.push(await residentBytes(engine().pid));
  }

  const told = deltasOf(steady[0]!.events, chatId);
  expect(told.filter(({ type }) => type === 'claude-assistant')).toHaveLength(BURSTS * EVENTS_PER_BURST);
  for (const reader of readers) {
    expectNoGap(reader.events);
    expect(deltasOf(reader.events, chatId)).toHaveLength(told.length);
  }
  const [before = 0, first = 0] = memory;
  expect(first - before).toBeLessThan(96 * MIB);
  expect(Math.max(...memory.slice(2)) - first).toBeLessThan(16 * MIB);
}, 300_000);

async function installPrintingAgent(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'printing-agent-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const program = join(folder, 'claude');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${PRINTING_AGENT}' "$@"\n`, {
    mode: 0o755,
  });
  return program;
}

async function cutTenTimes(stream: EventStream): Promise<void> {
  const { length } = stream.events;
  for (let share = 1; share <= 10; share += 1) {
    const wanted = length + Math.floor((EVENTS_PER_BURST * share) / 11);
    await stream.waitFor(() => stream.events.length >= wanted);
    stream.cut();
  }
}

/** Memory the process holds in bytes. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
