import { AgentEventSchema, type AgentEvent } from '../../contract/agent-event.ts';
import type { SearchQuery, SearchResult, SearchResults } from '../../contract/search.ts';
import { readBackwards } from '../../storage/read-backwards.ts';
import { parseHistoryLine } from './history-line.ts';

/** What an event says, for people. */
export type Words = (event: AgentEvent) => readonly { kind: string; text: string }[];

/** A chat that is searched. */
export interface Searched {
  chatId: string;
  title: string;
  /** Where its history lies, with everything in it that was said so far. */
  file: () => Promise<string>;
}

export interface SearchOptions extends Pick<SearchQuery, 'q' | 'limit'> {
  /** In this order. */
  chats: readonly Searched[];
  words: Words;
  /** How long it may take, in milliseconds. */
  deadlineMs: number;
}

/** So much is shown on each side of what was found, in characters. */
const AROUND = 80;

/**
 * Looks for words in what was said, whatever their case: in one chat after the other, in each what was said last first.
 * Files are read in pieces, and only events in whose text the words can stand are taken apart.
 */
export async function search({ chats, q, limit, words, deadlineMs }: SearchOptions): Promise<SearchResults> {
  const wanted = q.trim().toLowerCase();
  const candidates = createSieve(wanted);
  const until = performance.now() + deadlineMs;
  const results: SearchResult[] = [];
  for (const { chatId, title, file } of chats) {
    const path = await file().catch(() => null); // it is reported to those who open it
    if (path === null) continue;
    for await (const text of readBackwards(path)) {
      for (const line of candidates(text)) {
        const found = resultIn(line, { wanted, words });
        if (found !== undefined) results.push({ chatId, title, ...found });
        if (results.length > limit) return { results: results.slice(0, limit), truncated: true };
      }
      if (performance.now() > until) return { results, truncated: true };
    }
  }
  return { results, truncated: false };
}

/** Finds the lines, the last first, in which there is what JSON leaves of the words as it is. */
function createSieve(wanted: string): (text: string) => string[] {
  const plain = wanted.split(/["\\\p{Cc}]+/u).toSorted((one, other) => other.length - one.length);
  const pattern = new RegExp((plain[0] ?? '').replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`), 'giu');
  return (text) => {
    const lines: string[] = [];
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      const start = text.lastIndexOf('\n', match.index - 1) + 1;
      const end = text.indexOf('\n', match.index);
      lines.push(text.slice(start, end === -1 ? undefined : end));
      if (end === -1) break;
      pattern.lastIndex = end + 1;
    }
    return lines.reverse();
  };
}

function resultIn(
  line: string,
  { wanted, words }: { wanted: string; words: Words },
): Omit<SearchResult, 'chatId' | 'title'> | undefined {
  const parsed = parseHistoryLine(line);
  if (parsed === null) return undefined;
  const event = AgentEventSchema.parse(JSON.parse(parsed.event));
  for (const { kind, text } of words(event)) {
    const at = text.toLowerCase().indexOf(wanted);
    if (at === -1) continue;
    const excerpt = excerptOf(text, at, at + wanted.length);
    return { eventIndex: parsed.number - 1, timestamp: event.timestamp, kind, excerpt };
  }
  return undefined;
}

/** In one line. */
function excerptOf(text: string, from: number, to: number): string {
  const [start, end] = [Math.max(0, from - AROUND), Math.min(text.length, to + AROUND)];
  const shown = text.slice(start, end).toWellFormed().replaceAll(/\s+/g, ' ').trim();
  return `${start > 0 ? '…' : ''}${shown}${end < text.length ? '…' : ''}`;
}
