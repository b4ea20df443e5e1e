import { describe, expect, it } from 'vitest';
import { encodeLine } from '../../src/journal/event-line.ts';
import { behind, publicPart, wholeGroups } from '../../src/mirror/batches.ts';
import { delta, idOf } from '../journal/open-test-journal.ts';
import { batchOf } from '../support/shared-log-conformance.ts';

const ts = '2026-01-02T03:04:05.678Z';

describe('whole groups at the beginning of lines', () => {
  it('leave a group that has only begun', () => {
    const [whole, begun] = [batchOf(1, 1, 2), batchOf(4, 3).lines];
    const firstOfThree = begun.subarray(0, begun.indexOf('\n') + 1);

    expect(wholeGroups(Buffer.concat([whole.lines, firstOfThree]))).toEqual(whole);
    expect(wholeGroups(firstOfThree)).toBeNull();
  });
});

describe('what is left of a batch behind a sequence', () => {
  it('is all of it, a part, or nothing', () => {
    const batch = batchOf(5, 1, 2);

    expect([4, 5, 7].map((sequence) => behind(batch, sequence).lines.toString())).toEqual([
      batch.lines.toString(),
      batchOf(6, 2).lines.toString(),
      '',
    ]);
  });
});

describe('what lines make public', () => {
  it('is the event of each, without its record', () => {
    const texts = ['plain', 'ä😀,"_":{"cut":"0000000001"', '\n'];
    const lines = texts.map((text, index) => {
      const entry = { ...delta(text), record: { sessionId: 'private' } };
      return encodeLine({ id: idOf(index + 1), ts, end: true }, entry);
    });

    const { events, count } = publicPart(Buffer.concat(lines), Buffer.alloc(Buffer.concat(lines).length));

    expect(count).toBe(3);
    expect(
      events
        .toString()
        .split('\n')
        .map((json) => JSON.parse(json)),
    ).toEqual(texts.map((text, index) => ({ id: idOf(index + 1), ts, ...delta(text) })));
  });
});
