import { describe, expect, it } from 'vitest';
import { EVENT_ID_LENGTH, createTag, formatEventId, parseEventId } from '../../src/journal/event-id.ts';
import {
  SHORTEST_LINE,
  encodeLine,
  isGroupEnd,
  isLine,
  parseLine,
  readId,
  type JournalEntry,
} from '../../src/journal/event-line.ts';
import { DamagedLineError, cutFrames, splitLines } from '../../src/journal/frames.ts';
import { CHAT, NOW, delta, idOf } from './open-test-journal.ts';

const ts = NOW.toISOString();
const TEXTS = [
  ['nothing', ''],
  ['what looks like the private part', '"_":{"cut":"0000000001","end":1}}\n'],
  ['line breaks of all kinds', 'a\r\nb\u2028c'],
  ['characters of two to four bytes', 'ä€😀'.repeat(100)],
  ['half a character', '\ud800 lone'],
  ['a zero byte', '\0'],
] as const;

describe('event ids', () => {
  it('have one width and the order of their sequences', () => {
    const sequences = [0, 1, 9, 10, 99, 1_000_000, 999_999_999_999];
    const ids = sequences.map((sequence) => formatEventId({ sequence, tag: createTag() }));
    expect(ids.toSorted()).toEqual(ids);
    expect(ids.map(({ length }) => length)).toEqual(ids.map(() => EVENT_ID_LENGTH));
    expect(ids.map((id) => parseEventId(id)?.sequence)).toEqual(sequences);
  });
});

describe('lines of the journal', () => {
  it.each(TEXTS)('give back %s', (_, text) => {
    const entry: JournalEntry = {
      ...delta(text),
      record: { sessionId: text, position: { runId: text, offset: 7 } },
    };
    const line = encodeLine({ id: idOf(3), ts, end: false }, entry).toString();
    expect(parseLine(line.trimEnd())).toEqual(
      JSON.parse(JSON.stringify({ ...entry, id: idOf(3), ts, end: false })),
    );
    expect(parseLine(line)).toEqual(parseLine(line.trimEnd()));
  });

  it('are written in the form that engines have read so far', () => {
    const entry: JournalEntry = { type: 'engine.ready', payload: { version: 'v1' } };
    expect(encodeLine({ id: idOf(1), ts, end: true }, entry).toString()).toBe(
      `{"id":"${idOf(1)}","ts":"${ts}","type":"engine.ready","payload":{"version":"v1"},"_":{"sum":"30f6edb1","cut":"0000000111","end":1}}\n`,
    );
  });

  it.each([...TEXTS, ['five megabytes', '😀'.repeat(1_250_000)] as const])(
    'are cut to the frame of their public part with %s',
    (_, text) => {
      const entries: JournalEntry[] = [
        delta(text),
        {
          type: 'chat.turn.started',
          payload: { chatId: CHAT, messageId: text },
          record: { sessionId: text },
        },
        { type: 'engine.ready', payload: { version: 'v1' } },
      ];
      const lines = encodeAll(entries);
      const { bytes, ends, ...place } = cutFrames(lines);
      const expected = entries.map(({ type, payload }, index) => {
        const id = idOf(index + 1);
        return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ id, ts, type, payload })}\n\n`;
      });
      expect(bytes.toString() === expected.join('')).toBe(true);
      expect(ends.length).toBe(3);
      expect(ends.at(-1)).toBe(bytes.length);
      expect(place).toEqual({ kind: 'stored', firstSequence: 1, lastSequence: 3, lastId: idOf(3) });
    },
  );

  it('never show their private part in a frame', () => {
    const entry: JournalEntry = { ...delta('a'), record: { sessionId: 'secret' } };
    expect(cutFrames(encodeAll([entry])).bytes.toString()).not.toContain('secret');
  });

  it('are recognised by shape, and their id and the end of their group are read at fixed places', () => {
    const lines = encodeAll([delta('a'), delta('b')]);
    const second = lines.indexOf('\n') + 1;
    expect(isLine(lines, { start: 0, end: second })).toBe(true);
    expect(isLine(lines, { start: second, end: lines.length })).toBe(true);
    expect(isLine(lines, { start: 1, end: second })).toBe(false);
    expect([readId(lines, second), isGroupEnd(lines, second), isGroupEnd(lines, lines.length)]).toEqual([
      idOf(2),
      false,
      true,
    ]);
  });

  it('are never shorter than the shortest line', () => {
    const shortest = encodeLine(
      { id: idOf(1), ts, end: true },
      { type: 'error', payload: { code: '', message: '' } },
    );
    expect(shortest.length).toBeGreaterThan(SHORTEST_LINE);
  });

  it('are split into pieces of whole lines', () => {
    const lines = encodeAll([delta('a'), delta('b'.repeat(2_000)), delta('c'), delta('d')]);
    const pieces = splitLines(lines, 700);
    expect(Buffer.concat(pieces).equals(lines)).toBe(true);
    expect(pieces.map((piece) => piece.toString().match(/\n/g)?.length)).toEqual([1, 1, 2]);
    expect(splitLines(Buffer.alloc(0), 700)).toEqual([]);
  });

  it('are refused as frames when they are damaged', () => {
    const lines = encodeAll([delta('a')]);
    lines.fill(0, 30, lines.length - 1);
    expect(() => cutFrames(lines)).toThrow(DamagedLineError);
    expect(parseLine(lines.toString())).toBe(null);
    expect(parseLine('{"id":"x","type":"stream.reset"}')).toBe(null);
  });
});

function encodeAll(entries: readonly JournalEntry[]): Buffer {
  const lines = entries.map((entry, index) =>
    encodeLine({ id: idOf(index + 1), ts, end: index === entries.length - 1 }, entry),
  );
  return Buffer.concat(lines);
}
