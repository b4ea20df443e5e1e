import { join } from 'node:path';
import type { JournalEntry, StoredLine } from '../../src/journal/event-line.ts';
import type { JournalOptions } from '../../src/journal/journal-options.ts';
import { openJournal, type Journal } from '../../src/journal/journal.ts';
import { createEngineStorage } from '../../src/storage/atomic-files.ts';
import type { Damage } from '../../src/storage/set-aside.ts';
import { createDisk } from '../storage/breakable-file.ts';

export const CHAT = '3f0e7c1e-0000-4000-8000-000000000001';
export const NOW = new Date('2026-01-02T03:04:05.678Z');

/** A journal on real files whose disk, clock and tags the test owns. */
export async function openTestJournal(base: string, options: Partial<JournalOptions> = {}) {
  const disk = createDisk();
  const { files } = createEngineStorage({ base, openFile: disk.open });
  const damages: Damage[] = [];
  const waits: (() => void)[] = [];
  const fatal: unknown[] = [];
  const journal = await openJournal({
    files,
    folder: 'engine',
    now: () => NOW,
    createTag: () => 'aaaaaaaa',
    allocate: async () => 'allocated',
    onDamage: (damage) => damages.push(damage),
    onFatal: (error) => fatal.push(error),
    delay: () => new Promise<void>((resolve) => waits.push(resolve)),
    ...options,
  });
  return { journal, disk, damages, waits, fatal, file: join(base, 'engine', 'events.jsonl') };
}

/** A small event that says which one it is. */
export function delta(text: string, chatId = CHAT): JournalEntry {
  const event = { timestamp: NOW.toISOString(), type: 'claude-assistant', payload: { text } };
  return { type: 'chat.turn.delta', payload: { chatId, messageId: 'm1', event } };
}

export async function appendAll(journal: Journal, texts: readonly string[]): Promise<void> {
  for (const text of texts) journal.append([delta(text)], { sync: false });
  await journal.committed();
}

export async function replayAll(journal: Journal, after: string | null = null): Promise<StoredLine[]> {
  const lines = [];
  for await (const block of journal.replay(after)) lines.push(...block);
  return lines;
}

export function textOf(line: JournalEntry): string {
  if (line.type !== 'chat.turn.delta') return line.type;
  return String(line.payload.event.payload['text']);
}

export function idOf(sequence: number, tag = 'aaaaaaaa'): string {
  return `${String(sequence).padStart(12, '0')}-${tag}`;
}

export function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
}
