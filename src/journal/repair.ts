import { copyFile } from 'node:fs/promises';
import type { AtomicFiles } from '../storage/atomic-files.ts';
import { readRange, type LogFile } from '../storage/log-file.ts';
import { setAside, type OnDamage } from '../storage/set-aside.ts';
import { sequenceOf } from './event-id.ts';
import { ID_OFFSET, SHORTEST_LINE, beginsLine, isGroupEnd, isSoundLine, readId } from './event-line.ts';

export interface RepairOptions {
  files: AtomicFiles;
  onDamage: OnDamage;
}

/** A file of the journal that ends with a whole group, or is empty. */
export interface SoundFile {
  file: LogFile;
  bytes: number;
  /** Null when it is empty, or does not begin with a line. */
  firstId: string | null;
  lastId: string | null;
  /** Above the lines that are left: no line of a damaged file had a higher sequence. 0 when it was not damaged. */
  highestSequence: number;
}

interface SoundEnd {
  end: number;
  lastId: string | null;
  /** Whether what follows is what a killed writer leaves: lines without their group's end, then a part of a line. */
  isTorn: boolean;
}

const NEWLINE = 0x0a;
const FIRST_WINDOW = 64 << 10;

/**
 * Opens a file of the journal and cuts off what is not a whole group: nobody can have seen it. A file with anything
 * else behind its last group is damaged: it is set aside and reported, and its sound part is copied.
 */
export async function repair(key: string, options: RepairOptions): Promise<SoundFile> {
  const file = await options.files.open(key);
  const size = await file.size();
  const sound = await findSoundEnd(file, size);
  if (!sound.isTorn) return replaceDamaged({ key, file, size, sound }, options);
  if (sound.end < size) await file.truncate(sound.end);
  return toSoundFile(file, { ...sound, highestSequence: 0 });
}

async function replaceDamaged(
  damaged: { key: string; file: LogFile; size: number; sound: SoundEnd },
  { files, onDamage }: RepairOptions,
): Promise<SoundFile> {
  const { end, lastId } = damaged.sound;
  const firstSequence = await readFirstSequence(damaged.file);
  await damaged.file.close();
  const reason = `${damaged.size - end} bytes after byte ${end} are not events.`;
  const damage = await setAside(files.pathOf(damaged.key), reason);
  if (end > 0) await copyFile(damage.keptAs, damage.file);
  onDamage(damage);
  const file = await files.open(damaged.key);
  await file.truncate(end);
  await file.datasync();
  const highestSequence = firstSequence + Math.ceil(damaged.size / SHORTEST_LINE);
  return toSoundFile(file, { end, lastId, highestSequence });
}

async function toSoundFile(
  file: LogFile,
  found: { end: number; lastId: string | null; highestSequence: number },
) {
  const { end, lastId, highestSequence } = found;
  return { file, bytes: end, firstId: await readFirstId(file, end), lastId, highestSequence };
}

/** Of a line too long to be looked at, it is believed. */
async function readFirstId(file: LogFile, size: number): Promise<string | null> {
  const head = await readRange(file, { from: 0, to: Math.min(size, FIRST_WINDOW) });
  const end = head.indexOf(NEWLINE) + 1;
  const isSound = end === 0 ? beginsLine(head) : isSoundLine(head, { start: 0, end });
  return isSound ? readId(head, 0) : null;
}

/** 0 when the file does not start with a line. */
async function readFirstSequence(file: LogFile): Promise<number> {
  const head = Buffer.alloc(SHORTEST_LINE);
  await file.read(head, 0);
  return head.toString('latin1', 0, ID_OFFSET) === '{"id":"' ? sequenceOf(readId(head, 0)) || 0 : 0;
}

/** However long the last group is. */
async function findSoundEnd(file: LogFile, size: number): Promise<SoundEnd> {
  for (let window = FIRST_WINDOW; ; window *= 4) {
    const from = Math.max(0, size - window);
    const bytes = await readRange(file, { from, to: size });
    const found = findLastGroupEnd(bytes, from === 0);
    if (found !== null) return { ...found, end: from + found.end };
  }
}

/** Walks backwards over the lines. Null when the last group ends before `bytes` begin. */
function findLastGroupEnd(bytes: Buffer, isWholeFile: boolean): SoundEnd | null {
  let end = bytes.lastIndexOf(NEWLINE) + 1;
  let isTorn = end === bytes.length || beginsLine(bytes.subarray(end));
  while (end > 0) {
    const start = end < 2 ? 0 : bytes.lastIndexOf(NEWLINE, end - 2) + 1;
    if (start === 0 && !isWholeFile) return null;
    const isSound = isSoundLine(bytes, { start, end });
    if (isSound && isGroupEnd(bytes, end)) return { end, lastId: readId(bytes, start), isTorn };
    isTorn &&= isSound;
    end = start;
  }
  return isWholeFile ? { end: 0, lastId: null, isTorn } : null;
}
