import { sequenceOf } from '../journal/event-id.ts';
import { isGroupEnd, readCut, readId } from '../journal/event-line.ts';
import type { Batch } from './shared-log.ts';

const NEWLINE = 0x0a;
const BRACE = 0x7d;

/** The whole groups at the beginning of some lines, and how many bytes they are; null when there is none. */
export function wholeGroups(lines: Buffer): Batch | null {
  for (let end = lines.length; end > 0;) {
    const start = lines.lastIndexOf(NEWLINE, end - 2) + 1;
    if (isGroupEnd(lines, end)) return { id: readId(lines, start), lines: lines.subarray(0, end) };
    end = start;
  }
  return null;
}

/** What is left of a batch behind a sequence. */
export function behind({ id, lines }: Batch, sequence: number): Batch {
  let start = 0;
  while (start < lines.length && sequenceOf(readId(lines, start)) <= sequence) {
    start = lines.indexOf(NEWLINE, start) + 1;
  }
  return { id, lines: lines.subarray(start) };
}

/** What lines make public: the JSON of each event, one a line. Written into a buffer as long as the lines. */
export function publicPart(lines: Buffer, events: Buffer): { events: Buffer; count: number } {
  let [length, count] = [0, 0];
  for (let start = 0; start < lines.length; count += 1) {
    const end = lines.indexOf(NEWLINE, start) + 1;
    length += lines.copy(events, length, start, start + readCut(lines, end) - 1);
    events[length] = BRACE;
    events[length + 1] = NEWLINE;
    length += 2;
    start = end;
  }
  return { events: events.subarray(0, Math.max(0, length - 1)), count };
}

/** Of lines. */
export function lastIdOf(lines: Buffer): string {
  return readId(lines, lines.lastIndexOf(NEWLINE, lines.length - 2) + 1);
}
