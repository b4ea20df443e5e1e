import type { HistoryFile } from './history-file.ts';

export interface PageRequest {
  limit: number;
  /** Events to leave out at the end. */
  offset: number;
  /** `beforeCursor` of another page: this one then ends before that one. */
  before?: string | undefined;
}

export interface EventsPage {
  /** A JSON array in the order in which things were said. */
  eventsJson: string;
  total: number;
  hasMore: boolean;
  beforeCursor: string | null;
}

/** The text is no `beforeCursor` of any page. */
export class HistoryCursorError extends Error {
  override readonly name = 'HistoryCursorError';
}

const CURSOR = /^[1-9]\d{0,11}$/;

/** Throws `HistoryCursorError`; `HistoryDamagedError` when the file does not hold what it should. */
export async function readPage(
  file: HistoryFile,
  { limit, offset, before }: PageRequest,
): Promise<EventsPage> {
  const total = file.count;
  const end = before === undefined ? Infinity : parseCursor(before);
  const last = Math.min(total, end - 1) - offset;
  const first = Math.max(1, last - limit + 1);
  if (last < first) return { eventsJson: '[]', total, hasMore: false, beforeCursor: null };
  const events = await file.read({ first, last });
  const begin = last - events.length + 1;
  const hasMore = begin > 1;
  return {
    eventsJson: `[${events.join(',')}]`,
    total,
    hasMore,
    beforeCursor: hasMore ? String(begin) : null,
  };
}

function parseCursor(before: string): number {
  if (!CURSOR.test(before)) throw new HistoryCursorError(`"${before}" is no cursor of a page of history.`);
  return Number(before);
}
