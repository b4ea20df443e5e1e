import { History } from '../../src/journal/projection/history.ts';
import { createEngineStorage } from '../../src/storage/atomic-files.ts';
import type { BenchRow } from './row.ts';
import { TAG, sampleEntry } from './sample-log.ts';
import { formatEventId } from '../../src/journal/event-id.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const SHORT = 100;
const LENGTHS = [SHORT, 100_000, 1_000_000, 10_000_000];
const BLOCK = 50_000;
const ROUNDS = 500;

/** Pages of chats: what the length of the chat costs. */
export function run(): Promise<BenchRow[]> {
  return withTemporaryFolder(async (base) => {
    const { files } = createEngineStorage({ base });
    const history = new History({
      files,
      folder: 'history',
      retell: fail,
      onDamage: fail,
      onTrouble: fail,
      onFatal: fail,
    });
    for (const length of LENGTHS) await fill(history, length);
    const [short = NaN, ...pages] = await measure(history);
    await history.close();
    return LENGTHS.slice(1).flatMap((length, index) =>
      ['last history page', 'history page in the middle'].map((name, place) => {
        const value = pages[2 * index + place + 1] ?? NaN;
        return {
          name: `${name} of a chat with ${length.toLocaleString('en')} events`,
          value,
          unit: 'ms',
          baseline: { name: `of a chat with ${SHORT} events`, value: short },
          ratio: value / short,
          goal: '≤ 2 ×',
        };
      }),
    );
  });
}

/** The last page and one in the middle, of each length; in turns, so that whatever else the machine does strikes all alike. */
async function measure(history: History): Promise<number[]> {
  const places = LENGTHS.flatMap((length) =>
    [0, Math.floor(length / 2)].map((offset) => ({ chatId: String(length), offset })),
  );
  const times = places.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [index, place] of places.entries()) times[index]?.push(await timePage(history, place));
  return times.map(median);
}

async function timePage(
  history: History,
  { chatId, offset }: { chatId: string; offset: number },
): Promise<number> {
  const startedAt = performance.now();
  await history.page(chatId, { limit: SHORT, offset });
  return performance.now() - startedAt;
}

async function fill(history: History, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const entry = sampleEntry(number);
    if (entry.type !== 'chat.turn.delta') return;
    history.append(String(count), formatEventId({ sequence: number, tag: TAG }), [entry.payload.event]);
    if (number % BLOCK === 0) await history.sync();
  }
  await history.sync();
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function fail(problem: unknown): never {
  throw new Error('The benchmark cannot go on.', { cause: problem });
}
