import { openHistory, type History } from '../../src/journal/projection/history.ts';
import { createEngineStorage } from '../../src/storage/atomic-files.ts';
import type { BenchRow } from './row.ts';
import { TAG, sampleEntry } from './sample-log.ts';
import { formatEventId } from '../../src/journal/event-id.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const LONG = 100_000;
const SHORT = 100;
const ROUNDS = 500;

/** The last page of a chat: what the length of the chat costs. */
export function run(): Promise<BenchRow[]> {
  return withTemporaryFolder(async (base) => {
    const { files } = createEngineStorage({ base });
    const history = openHistory({
      files,
      folder: 'history',
      retell: fail,
      onDamage: fail,
      onTrouble: fail,
      onFatal: fail,
    });
    fill(history, 'short', SHORT);
    fill(history, 'long', LONG);
    await history.sync();
    const [short, long, middle] = await measure(history);
    await history.close();
    const baseline = { name: `of a chat with ${SHORT} events`, value: short };
    return [
      { name: 'last history page', value: long },
      { name: 'history page in the middle', value: middle },
    ].map(({ name, value }) => ({
      name: `${name} of a chat with ${LONG.toLocaleString('en')} events`,
      value,
      unit: 'ms',
      baseline,
      ratio: value / short,
      goal: '≤ 2 ×',
    }));
  });
}

/** Taken in turns, so that whatever else the machine does strikes all alike. */
async function measure(history: History): Promise<[number, number, number]> {
  const times: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    times[0].push(await timePage(history, { chatId: 'short', offset: 0 }));
    times[1].push(await timePage(history, { chatId: 'long', offset: 0 }));
    times[2].push(await timePage(history, { chatId: 'long', offset: LONG / 2 }));
  }
  return [median(times[0]), median(times[1]), median(times[2])];
}

async function timePage(
  history: History,
  { chatId, offset }: { chatId: string; offset: number },
): Promise<number> {
  const startedAt = performance.now();
  await history.page(chatId, { limit: SHORT, offset });
  return performance.now() - startedAt;
}

function fill(history: History, chatId: string, count: number): void {
  for (let number = 1; number <= count; number += 1) {
    const entry = sampleEntry(number);
    if (entry.type !== 'chat.turn.delta') return;
    history.append(chatId, formatEventId({ sequence: number, tag: TAG }), [entry.payload.event]);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function fail(problem: unknown): never {
  throw new Error('The benchmark cannot go on.', { cause: problem });
}
