import { ByteWriter } from '../storage/byte-writer.ts';
import { EVENT_ID_LENGTH, sequenceOf } from './event-id.ts';
import { ID_OFFSET, findTypeEnd, hasSoundCut, isLostLine, readCut, readId, typeStart } from './event-line.ts';

/** Frames of consecutive stored events, one after the other, as every unfiltered reader gets them. */
export interface FrameBlock {
  readonly kind: 'stored';
  readonly bytes: Buffer;
  /** Where each frame ends in `bytes`. */
  readonly ends: readonly number[];
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly lastId: string;
}

/** A live frame that is stored nowhere. */
export interface PartialFrame {
  readonly kind: 'partial';
  readonly bytes: Buffer;
  readonly chatId: string;
}

/** A line of the journal that is not one. */
export class DamagedLineError extends Error {
  override readonly name = 'DamagedLineError';
}

const NEWLINE = 0x0a;
const ID_FIELD = Buffer.from('id: ');
const EVENT_FIELD = Buffer.from('\nevent: ');
const DATA_FIELD = Buffer.from('\ndata: ');
const FRAME_END = Buffer.from('}\n\n');

/** How long frames are at most, by the length of their lines: of a short line with a long type. */
const FRAME_SHARE = 1.06;

/** Where the type starts in a frame of a stored event. */
export const FRAME_TYPE_OFFSET = ID_FIELD.length + EVENT_ID_LENGTH + EVENT_FIELD.length;
/** From the end of the type in a frame to the first byte of its JSON. */
export const FRAME_DATA_FIELD_LENGTH = DATA_FIELD.length;

/** Cuts the public part out of whole lines and frames it, without parsing. Throws `DamagedLineError`. */
export function cutFrames(lines: Buffer): FrameBlock {
  const frames = new ByteWriter(lines.length * FRAME_SHARE);
  const ends: number[] = [];
  let last = 0;
  for (let start = 0, end = 0; start < lines.length; start = end) {
    end = lines.indexOf(NEWLINE, start) + 1;
    if (end === 0) break;
    writeFrame(frames, lines, { start, end });
    ends.push(frames.length);
    last = start;
  }
  if (ends.length === 0) throw new DamagedLineError('There is no whole line.');
  const firstSequence = sequenceOf(readId(lines, 0));
  const lastSequence = firstSequence + ends.length - 1;
  return {
    kind: 'stored',
    bytes: frames.bytes,
    ends,
    firstSequence,
    lastSequence,
    lastId: readId(lines, last),
  };
}

/** Where among whole lines the first one is that stands for a lost one; their end when there is none. */
export function findLost(lines: Buffer): number {
  let start = 0;
  while (start < lines.length && !isLostLine(lines, start)) start = lines.indexOf(NEWLINE, start) + 1;
  return start;
}

/** Whole lines in pieces of about `pieceBytes`, so that no reader has to hold more than that in one piece. */
export function splitLines(lines: Buffer, pieceBytes: number): Buffer[] {
  const pieces = [];
  let start = 0;
  while (lines.length - start > pieceBytes) {
    const before = lines.lastIndexOf(NEWLINE, start + pieceBytes) + 1;
    const end = before > start ? before : lines.indexOf(NEWLINE, start + pieceBytes) + 1;
    pieces.push(lines.subarray(start, end));
    start = end;
  }
  if (start < lines.length) pieces.push(lines.subarray(start));
  return pieces;
}

/** A frame with an id, of an event that is in no log. */
export function formatFrame(event: { id: string; ts: string; type: string; payload: unknown }): Buffer {
  return Buffer.from(`id: ${event.id}\n${formatIdlessFrame(event)}`);
}

/** A frame without an id: a client that resumes does not know it was there. */
export function formatIdlessFrame(event: { id: string; ts: string; type: string; payload: unknown }): string {
  const { id, ts, type, payload } = event;
  return `event: ${type}\ndata: ${JSON.stringify({ id, ts, type, payload })}\n\n`;
}

function writeFrame(frames: ByteWriter, lines: Buffer, { start, end }: { start: number; end: number }): void {
  if (!hasSoundCut(lines, { start, end }))
    throw new DamagedLineError(`A line of ${end - start} bytes is no event.`);
  frames.short(ID_FIELD);
  frames.short(lines, start + ID_OFFSET, start + ID_OFFSET + EVENT_ID_LENGTH);
  frames.short(EVENT_FIELD);
  frames.short(lines, typeStart(start), findTypeEnd(lines, start));
  frames.short(DATA_FIELD);
  frames.long(lines, start, start + readCut(lines, end) - 1);
  frames.short(FRAME_END);
}
