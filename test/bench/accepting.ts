import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ChatResponseSchema } from '../../src/contract/chats.ts';
import { MessageReceiptSchema } from '../../src/contract/messages.ts';
import { findFreePort, percentile, startMeasuredEngine, untilHealthy } from './measured-engine.ts';
import type { MeasuredEngine } from './measured-engine.ts';
import type { BenchRow } from './row.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const MESSAGES = 500;
/** A chat lets no more than a thousand messages wait. */
const ROUNDS = 5;
const AT_ONCE = 200;

/** A process of its own, as the engine is one. */
const BARE_SERVER = `
const { fdatasyncSync, openSync, writeSync } = require('node:fs');
const [port, path] = process.argv.slice(1);
const file = openSync(path, 'a');
require('node:http').createServer((request, answer) => {
  request.on('data', (bytes) => writeSync(file, bytes));
  request.on('end', () => {
    fdatasyncSync(file);
    answer.end('{}');
  });
}).listen(Number(port), '127.0.0.1');`;

type Accept = () => Promise<unknown>;

/** Each message is on disk when it is answered, in the engine as in the baseline; in turns, so that both meet the same machine. */
export function accepting(): Promise<BenchRow[]> {
  return withTemporaryFolder(async (folder) => {
    const engine = await startMeasuredEngine({ isBooted: false });
    const bare = await startBareServer(join(folder, 'log'));
    const sides = async () => ({ ours: await acceptIn(engine), bare: bare.accept });
    const rows = [
      await compare('POST message to accepted (median)', await sides(), { rounds: MESSAGES, atOnce: 1 }),
      await compare(`${AT_ONCE} messages at once, all accepted`, await sides(), {
        rounds: ROUNDS,
        atOnce: AT_ONCE,
      }),
    ];
    bare.stop();
    await engine.stop();
    return rows;
  });
}

/** Gives a message to be accepted, in a chat of its own; throws when it is refused. */
export async function acceptIn(engine: MeasuredEngine): Promise<Accept> {
  const { chat } = ChatResponseSchema.parse(await engine.call('POST', '/chats', { provider: 'claude' }));
  return async () => {
    const answer = await engine.call('POST', `/chats/${chat.id}/messages`, { message: 'a message' });
    return MessageReceiptSchema.parse(answer);
  };
}

/** How long it takes. */
export async function timed(work: Accept): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function startBareServer(file: string): Promise<{ accept: Accept; stop: () => void }> {
  const port = await findFreePort();
  const child = spawn(process.execPath, ['-e', BARE_SERVER, String(port), file]);
  const url = `http://127.0.0.1:${port}`;
  await untilHealthy(url);
  return {
    accept: async () => (await fetch(url, { method: 'POST', body: '{"message":"a message"}' })).text(),
    stop: () => child.kill(),
  };
}

async function compare(
  name: string,
  sides: { ours: Accept; bare: Accept },
  { rounds, atOnce }: { rounds: number; atOnce: number },
): Promise<BenchRow> {
  const times: Record<keyof typeof sides, number[]> = { ours: [], bare: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const side of ['ours', 'bare'] as const) {
      times[side].push(await timed(() => Promise.all(Array.from({ length: atOnce }, sides[side]))));
    }
  }
  const [value, baseline] = [percentile(times.ours, 0.5), percentile(times.bare, 0.5)];
  return {
    name,
    value,
    unit: 'ms',
    baseline: { name: 'a bare node http server: write, fdatasync, answer', value: baseline },
    ratio: value / baseline,
  };
}
