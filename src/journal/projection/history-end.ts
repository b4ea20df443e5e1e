import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChatRecord } from '../../contract/records.ts';
import type { Paths } from '../../environment/paths.ts';
import { readBackwards } from '../../storage/read-backwards.ts';
import { parseHistoryLine, type HistoryLine } from './history-line.ts';

/** Where the file of a history ends. */
export interface HistoryEnd {
  chatId: string;
  path: string;
  lastId: string;
}

const SUFFIX = '.jsonl';

/** Of the chats whose agents may be read again; of all when there is no telling. */
export async function readHistoryEnds(
  records: readonly ChatRecord[] | null,
  { history, agents }: Pick<Paths, 'history' | 'agents'>,
): Promise<HistoryEnd[]> {
  const runs = new Set<string | undefined>(await readdir(agents));
  const known = records?.filter((record) => runs.has(runOf(record))).map(({ chat }) => chat.id);
  const ends: HistoryEnd[] = [];
  for (const chatId of known ?? (await chatsIn(history))) {
    const path = join(history, encodeURIComponent(chatId) + SUFFIX);
    const lastId = await readLastId(path);
    if (lastId !== null) ends.push({ chatId, path, lastId });
  }
  return ends;
}

/** The process whose output is read again when an engine starts. */
export function runOf({ turn, position }: Pick<ChatRecord, 'turn' | 'position'>): string | undefined {
  return turn?.delivery.runId ?? position?.runId;
}

/** Whole lines only; none where there is no file, or one that cannot be read. */
export async function* linesFromEnd(path: string): AsyncGenerator<HistoryLine> {
  const entry = await lstat(path).catch(() => null);
  if (entry?.isFile() !== true) return;
  try {
    for await (const text of readBackwards(path))
      for (const line of text.split('\n').toReversed()) {
        const whole = parseHistoryLine(line);
        if (whole !== null) yield whole;
      }
  } catch {
    return;
  }
}

async function chatsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => decodeURIComponent(name.slice(0, -SUFFIX.length)));
}

async function readLastId(path: string): Promise<string | null> {
  for await (const { id } of linesFromEnd(path)) return id;
  return null;
}
