import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChatListSchema } from '../../src/contract/chats.ts';
import { HEADERS, residentMib, startMeasuredEngine, type MeasuredEngine } from './measured-engine.ts';
import type { BenchRow } from './row.ts';

const CHATS = 8;
const TURNS = 10_000;
/** By then all code has run, and all that is kept of the latest turns is there. */
const WARM = 1_000;
/** So many messages of each chat wait, so that none has to. */
const AHEAD = 2;
const LINES = '20';
const END = 'event: chat.turn.completed\n';

interface Footprint {
  mib: number;
  descriptors: number;
  diskMib: number;
}

/** Many thousand short turns of several chats: what the engine takes behind the last, beside what it took behind the thousandth. */
export async function run(): Promise<BenchRow[]> {
  const home = mkdtempSync(join(tmpdir(), 'engine-bench-'));
  const claude = fileURLToPath(new URL('../../test/support/printing-agent.mjs', import.meta.url));
  chmodSync(claude, 0o755);
  const engine = await startMeasuredEngine({ claude, LINES, home, MALLOC_ARENA_MAX: '2' });
  const chats = await openChats(engine);
  const turns = new Turns(engine, chats);
  await turns.until(WARM);
  const before = footprintOf(engine, home);
  await turns.until(TURNS);
  const after = footprintOf(engine, home);
  await engine.stop();
  rmSync(home, { recursive: true, force: true });
  return [
    row('memory', 'MiB', { value: after.mib, before: before.mib, goal: '≤ 1.1 ×' }),
    row('open files', 'files', { value: after.descriptors, before: before.descriptors, goal: '1 ×' }),
    row('disk', 'MiB', { value: after.diskMib, before: before.diskMib }),
  ];
}

async function openChats(engine: MeasuredEngine): Promise<string[]> {
  for (let count = 1; count < CHATS; count += 1) {
    await engine.call('POST', '/chats', { provider: 'claude', title: `Chat ${count}` });
  }
  const { chats } = ChatListSchema.parse(await engine.call('GET', '/chats'));
  return chats.filter(({ provider }) => provider === 'claude').map(({ id }) => id);
}

/** Sends on as turns end. */
class Turns {
  readonly #engine: MeasuredEngine;
  readonly #chats: readonly string[];
  readonly #ends: AsyncGenerator<void>;
  #sent = 0;
  #ended = 0;

  constructor(engine: MeasuredEngine, chats: readonly string[]) {
    this.#engine = engine;
    this.#chats = chats;
    this.#ends = endsOf(engine);
  }

  async until(count: number): Promise<void> {
    if (this.#sent === 0) await this.#ends.next(); // the stream is open
    for (; this.#ended < count; this.#ended += 1) {
      while (this.#sent < Math.min(count, this.#ended + this.#chats.length * AHEAD)) await this.#send();
      await this.#ends.next();
    }
  }

  async #send(): Promise<void> {
    const chatId = this.#chats[this.#sent % this.#chats.length];
    await this.#engine.call('POST', `/chats/${chatId}/messages`, { message: `message ${this.#sent}` });
    this.#sent += 1;
  }
}

/** Once when the stream is open, then once for each turn that ends. */
async function* endsOf({ url }: MeasuredEngine): AsyncGenerator<void> {
  const { body } = await fetch(`${url}/events`, { headers: HEADERS });
  yield;
  let rest = '';
  for await (const bytes of body ?? []) {
    const parts = (rest + Buffer.from(bytes).toString('latin1')).split(END);
    rest = (parts.at(-1) ?? '').slice(-END.length);
    for (let count = 1; count < parts.length; count += 1) yield;
  }
}

function footprintOf({ pid }: MeasuredEngine, home: string): Footprint {
  const size = execFileSync('du', ['-sk', join(home, '.replicas')], { encoding: 'utf8' });
  return {
    mib: residentMib(pid),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    diskMib: Number.parseInt(size, 10) / 1_024,
  };
}

function row(
  what: string,
  unit: string,
  { value, before, goal }: { value: number; before: number; goal?: string },
): BenchRow {
  return {
    name: `${what} behind ${TURNS.toLocaleString('en')} turns`,
    unit,
    value,
    baseline: { name: `behind ${WARM.toLocaleString('en')}`, value: before },
    ratio: value / before,
    ...(goal !== undefined && { goal }),
  };
}
