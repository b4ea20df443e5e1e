import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { formatEventId } from '../../src/journal/event-id.ts';
import { encodeLine, type JournalEntry } from '../../src/journal/event-line.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { createEngineStorage } from '../../src/storage/atomic-files.ts';

export const TAG = 'aaaaaaaa';
const TS = '2026-01-02T03:04:05.678Z';
const LINES_PER_BLOCK = 10_000;

/** A delta of about 440 bytes as a frame, as most events are; its text is in one piece, as of what was parsed. */
export function sampleEntry(number: number): JournalEntry {
  const text = Buffer.from(
    `${number} ${'All work and no play makes Jack a dull boy. '.repeat(3)}`,
  ).toString();
  const event = { timestamp: TS, type: 'claude-assistant', payload: { text } };
  const chatId = '3f0e7c1e-0000-4000-8000-000000000001';
  return {
    type: 'chat.turn.delta',
    payload: { chatId, messageId: '9b2f6f0e-0000-4000-8000-000000000002', event },
  };
}

/** Lines of the journal from `first` on, each a group of its own. */
export function sampleLines(first: number, count: number): Buffer {
  const lines = Array.from({ length: count }, (_, index) => {
    const id = formatEventId({ sequence: first + index, tag: TAG });
    return encodeLine({ id, ts: TS, end: true }, sampleEntry(index));
  });
  return Buffer.concat(lines);
}

/** Writes sealed segments of 64 MiB and an active one, as a journal would leave them; returns the last sequence. */
export async function writeSampleLog(folder: string, totalBytes: number): Promise<number> {
  const { length } = sampleLines(1, LINES_PER_BLOCK);
  const blocks = Math.ceil(totalBytes / length);
  const blocksPerSegment = Math.ceil((64 << 20) / length);
  for (let first = 0; first < blocks; first += blocksPerSegment) {
    const id = formatEventId({ sequence: first * LINES_PER_BLOCK + 1, tag: TAG });
    const isActive = first + blocksPerSegment >= blocks;
    const file = await open(join(folder, isActive ? 'events.jsonl' : `events-${id}.jsonl`), 'w', 0o600);
    for (let index = first; index < Math.min(first + blocksPerSegment, blocks); index += 1) {
      await file.write(sampleLines(index * LINES_PER_BLOCK + 1, LINES_PER_BLOCK));
    }
    await file.close();
  }
  return blocks * LINES_PER_BLOCK;
}

export function openSampleJournal(base: string): Promise<Journal> {
  const { files } = createEngineStorage({ base });
  return openJournal({ files, folder: 'engine', onDamage: fail, onFatal: fail });
}

function fail(problem: unknown): never {
  throw new Error('The benchmark cannot go on.', { cause: problem });
}
