import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { parseJson } from '../contract/parse-json.ts';
import { EngineEventSchema, type EngineEventBody, type EngineEventType } from '../contract/events.ts';
import { LineRecordSchema, type LineRecord } from '../contract/records.ts';
import { ByteWriter, putDigits } from '../storage/byte-writer.ts';
import { beginsAs } from '../storage/torn-line.ts';
import { EVENT_ID_LENGTH, SEQUENCE_DIGITS } from './event-id.ts';

/*
 * A line: {"id":"…","ts":"…","type":"…","payload":{…},"_":{"record":{…},"sum":"89abcdef","cut":"0000000123","end":1}}
 * The public envelope comes first and everything before the type has a fixed width; the tail from `"sum"` on has a
 * fixed width too. So a line is read from both its ends without being parsed. Lines of older engines have no checksum.
 */

export type EphemeralEventType = 'chat.turn.partial' | 'stream.reset';
export type StoredEventType = Exclude<EngineEventType, EphemeralEventType>;

/** What an author appends: a public event and, when there is one, the private record behind it. */
export type JournalEntry = EngineEventBody<StoredEventType> & { record?: LineRecord };

/** A line as it is read back. `end` marks the last line of a group. */
export type StoredLine = JournalEntry & { id: string; ts: string; end: boolean };

type Written = JournalEntry | (EngineEventBody<'stream.reset'> & { record?: undefined });

export interface LinePlace {
  id: string;
  ts: string;
  end: boolean;
}

interface Ending {
  /** Length of the public JSON. */
  cut: number;
  end: boolean;
}

/** Where the id, and thereby the sequence, starts in a line. */
export const ID_OFFSET = '{"id":"'.length;
const TS_LENGTH = 24;
const TYPE_OFFSET = ID_OFFSET + EVENT_ID_LENGTH + '","ts":"'.length + TS_LENGTH + '","type":"'.length;
const BEFORE_PAYLOAD = '","payload":'.length;
const CUT_DIGITS = 10;
/** Where the payload starts in the JSON of an event, less the length of its type. */
export const PAYLOAD_OFFSET = TYPE_OFFSET + BEFORE_PAYLOAD;
const PRIVATE_START = ',"_":{';
const TAIL_LENGTH = `"cut":"${'0'.repeat(CUT_DIGITS)}","end":0}}\n`.length;
const SUM_LENGTH = `"sum":"00000000",`.length;
const [SUM_FIELD, CUT_FIELD, END_FIELD, LINE_END] = [
  Buffer.from('"sum":"'),
  Buffer.from('","cut":"'),
  Buffer.from('","end":'),
  Buffer.from('}}\n'),
];
const SUMMED_OF_TAIL = Buffer.alloc(CUT_DIGITS + 1);
const EXPECTED_TAIL = new ByteWriter(SUM_LENGTH + TAIL_LENGTH);
const CUT_FROM_END = TAIL_LENGTH - '"cut":"'.length;
const GROUP_END_FROM_END = '0}}\n'.length;
const ONE = 0x31;
const ZERO = 0x30;
const QUOTE = 0x22;
const COMMA = 0x2c;
const UNDERSCORE = 0x5f;

/** The shortest a line can be: no file holds more lines than its size allows of these. */
export const SHORTEST_LINE = TYPE_OFFSET + BEFORE_PAYLOAD + PRIVATE_START.length + TAIL_LENGTH;

const PrivateTailSchema = z.looseObject({
  _: z.object({ record: LineRecordSchema.optional(), end: z.number() }),
});

const HEAD = /^\{"id":"\d{12}-[0-9a-f]{8}","ts":"[^"]{24}","type":"[a-z.]+[a-zA-Z.]*","payload":\{$/;
const TAIL = /^"cut":"\d{10}","end":[01]\}\}\n$/;
/** How every line begins. */
export const LINE_BEGINNING = '{"id":"';
const LOST_TYPE = 'stream.reset"';

export function encodeLine(place: LinePlace, entry: Written): Buffer {
  const line = new ByteWriter(SHORTEST_LINE);
  writeLine(line, place, entry);
  return line.bytes;
}

/** Puts a line behind what `into` holds. */
export function writeLine(into: ByteWriter, { id, ts, end }: LinePlace, entry: Written): void {
  const start = into.length;
  const payload = JSON.stringify(withChatFirst(entry.payload));
  into.text(`{"id":"${id}","ts":"${ts}","type":"${entry.type}","payload":${payload}${PRIVATE_START}`);
  const cut = into.length - start - PRIVATE_START.length + 1;
  if (entry.record !== undefined) into.text(`"record":${JSON.stringify(entry.record)},`);
  writeTail(into, { sum: sumBehind(into, start, { cut, end }), cut, end });
}

/** As `sumOf`, of what stands behind `start`: what the tail says stands there meanwhile, so that one call sums it all. */
function sumBehind(into: ByteWriter, start: number, { cut, end }: Ending): number {
  const { length } = into;
  into.digits(cut, CUT_DIGITS);
  into.digits(Number(end), 1);
  const sum = crc32(into.slice(start, into.length));
  into.cutBack(length);
  return sum;
}

function writeTail(into: ByteWriter, { sum, cut, end }: Ending & { sum: number }): void {
  into.short(SUM_FIELD);
  into.hexadecimal(sum);
  into.short(CUT_FIELD);
  into.digits(cut, CUT_DIGITS);
  into.short(END_FIELD);
  into.digits(Number(end), 1);
  into.short(LINE_END);
}

/** Of everything before the tail and of what the tail says beside the sum. */
function sumOf(beforeTail: Buffer, { cut, end }: Ending): number {
  putDigits(SUMMED_OF_TAIL, 0, { value: cut, count: CUT_DIGITS });
  putDigits(SUMMED_OF_TAIL, CUT_DIGITS, { value: Number(end), count: 1 });
  return crc32(SUMMED_OF_TAIL, crc32(beforeTail));
}

/** Reads a line back, for folding. Null when it is not a line that this engine understands. */
export function parseLine(line: string): StoredLine | null {
  const json = parseJson(line);
  const event = EngineEventSchema.safeParse(json);
  const tail = PrivateTailSchema.safeParse(json);
  if (!event.success || !tail.success) return null;
  if (event.data.type === 'chat.turn.partial' || event.data.type === 'stream.reset') return null;
  const { record, end } = tail.data._;
  return { ...event.data, end: end === 1, ...(record === undefined ? {} : { record }) };
}

/** The id of the line that starts at `start`. */
export function readId(bytes: Buffer, start: number): string {
  return bytes.toString('latin1', start + ID_OFFSET, start + ID_OFFSET + EVENT_ID_LENGTH);
}

/** Where the type ends in the line that starts at `start`; it begins at `typeStart`. */
export function findTypeEnd(bytes: Buffer, start: number): number {
  let end = start + TYPE_OFFSET;
  while (bytes[end] !== QUOTE) end += 1;
  return end;
}

export function typeStart(start: number): number {
  return start + TYPE_OFFSET;
}

/** Length of the public JSON, with its closing brace, of the line that ends (behind its newline) at `end`. */
export function readCut(bytes: Buffer, end: number): number {
  return readDigits(bytes, end - CUT_FROM_END, CUT_DIGITS);
}

/** The sequence of the line that starts at `start`, if it is one. */
export function readSequence(bytes: Buffer, start: number): number {
  return readDigits(bytes, start + ID_OFFSET, SEQUENCE_DIGITS);
}

function readDigits(bytes: Buffer, start: number, count: number): number {
  let number = 0;
  for (let at = start; at < start + count; at += 1) number = number * 10 + (bytes[at] ?? ZERO) - ZERO;
  return number;
}

export function isGroupEnd(bytes: Buffer, end: number): boolean {
  return bytes[end - GROUP_END_FROM_END] === ONE;
}

/** Whether the private part starts where the tail says it does: cheap enough for every line that is sent. */
export function hasSoundCut(bytes: Buffer, { start, end }: { start: number; end: number }): boolean {
  const cut = readCut(bytes, end);
  const at = start + cut - 1;
  return cut < end - start && bytes[at] === COMMA && bytes[at + 1] === QUOTE && bytes[at + 2] === UNDERSCORE;
}

/** Whether the bytes from `start` to behind the newline at `end` have the shape of a line. */
export function isLine(bytes: Buffer, { start, end }: { start: number; end: number }): boolean {
  if (end - start < SHORTEST_LINE || !TAIL.test(bytes.toString('latin1', end - TAIL_LENGTH, end)))
    return false;
  const typeEnd = bytes.indexOf(QUOTE, start + TYPE_OFFSET);
  if (typeEnd === -1 || !HEAD.test(bytes.toString('latin1', start, typeEnd + BEFORE_PAYLOAD + 1)))
    return false;
  return hasSoundCut(bytes, { start, end });
}

/** Whether a line is as it was written. */
export function isSoundLine(bytes: Buffer, { start, end }: { start: number; end: number }): boolean {
  if (end - start < SHORTEST_LINE) return false;
  const tailStart = end - TAIL_LENGTH - SUM_LENGTH;
  const ending = { cut: readCut(bytes, end), end: isGroupEnd(bytes, end) };
  EXPECTED_TAIL.cutBack(0);
  writeTail(EXPECTED_TAIL, { sum: sumOf(bytes.subarray(start, tailStart), ending), ...ending });
  if (EXPECTED_TAIL.isIn(bytes, tailStart)) return true;
  const hasSum = SUM_FIELD.equals(bytes.subarray(tailStart, tailStart + SUM_FIELD.length));
  return (
    !hasSum && isLine(bytes, { start, end }) && parseJson(bytes.toString('utf8', start, end)) !== undefined
  );
}

const EXAMPLE = '{"id":"000000000000-00000000","ts":"';

/** Whether bytes are the beginning of a line, as a writer leaves it that was killed. */
export function beginsLine(bytes: Buffer): boolean {
  return beginsAs(bytes.toString('latin1', 0, EXAMPLE.length), EXAMPLE);
}

/** A line in the place of one that was lost: whoever reads is told so. */
export function encodeLostLine(id: string): Buffer {
  const payload = { reason: 'damaged', oldestId: id, latestId: id } as const;
  const place = { id, ts: new Date().toISOString(), end: true };
  return encodeLine(place, { type: 'stream.reset', payload });
}

/** Of a line, or of bytes of which one starts there. */
export function isLostLine(line: string | Buffer, start = 0): boolean {
  const [from, to] = [typeStart(start), typeStart(start) + LOST_TYPE.length];
  return (typeof line === 'string' ? line.slice(from, to) : line.toString('latin1', from, to)) === LOST_TYPE;
}

/** Filters look for the chat at the start of the payload, so it is put there. Looking into the text would copy it. */
function withChatFirst(payload: EngineEventBody['payload']): object {
  if ('chatId' in payload) {
    const isFirst = Object.keys(payload)[0] === 'chatId';
    return isFirst ? payload : Object.assign({ chatId: payload.chatId }, payload);
  }
  if (!('chat' in payload)) return payload;
  const chat = Object.assign({ id: payload.chat.id }, payload.chat);
  return Object.assign({ chat }, { ...payload, chat });
}
