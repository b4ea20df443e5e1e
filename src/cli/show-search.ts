import pc from 'picocolors';
import type { EngineClient } from '../client/client.ts';
import { toColumns } from './show-status.ts';
import { EXIT, type Terminal } from './terminal.ts';

export interface ShowSearchOptions {
  client: EngineClient;
  words: string;
  limit: number;
  json: boolean;
}

/** Prints where the words stand in what was said; fails when they stand nowhere. */
export async function showSearch(
  terminal: Terminal,
  { client, words, limit, json }: ShowSearchOptions,
): Promise<number> {
  const found = await client.chats.search(words, { limit, signal: terminal.stopSignal() });
  const { dim, cyan } = pc.createColors(terminal.hasColors);
  const rows = found.results.map(({ chatId, title, eventIndex, kind, excerpt }) => [
    dim(chatId.slice(0, 8)),
    title,
    dim(String(eventIndex)),
    cyan(kind),
    excerpt,
  ]);
  terminal.print(json ? `${JSON.stringify(found, null, 2)}\n` : toColumns(rows));
  if (found.truncated && !json) terminal.complain('There may be more.\n');
  return found.results.length === 0 ? EXIT.FAILED : EXIT.DONE;
}
