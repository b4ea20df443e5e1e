import { show, type ShowOptions } from './show.ts';
import { toColumns } from './show-status.ts';
import { EXIT, type Terminal } from './terminal.ts';
import { visible } from './visible.ts';

/** Prints where the words stand in what was said; fails when they stand nowhere. */
export async function showSearch(
  terminal: Terminal,
  { client, words, limit, json }: ShowOptions & { words: string; limit: number },
): Promise<number> {
  const found = await client.chats.search(words, { limit, signal: terminal.stopSignal() });
  const { dim, cyan } = terminal.colors;
  const rows = found.results.map(({ chatId, title, eventIndex, kind, excerpt }) => [
    dim(chatId.slice(0, 8)),
    visible(title),
    dim(String(eventIndex)),
    cyan(kind),
    visible(excerpt),
  ]);
  const nothing = `Nobody said "${words}" in a chat.`;
  show(terminal, { json, value: found, text: toColumns(rows), nothing });
  if (found.truncated && !json) terminal.complain('There may be more.\n');
  return found.results.length === 0 ? EXIT.FAILED : EXIT.DONE;
}
