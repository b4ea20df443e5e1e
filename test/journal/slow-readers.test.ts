import { describe, expect, it } from 'vitest';
import { appendAll, delta, idOf, numbers } from './open-test-journal.ts';
import { openTestHub } from './open-test-hub.ts';
import { SseInbox } from './sse-inbox.ts';

describe('a reader that does not keep up', () => {
  it('serves a reader that fell far behind from the log, each event once, and others meanwhile', async () => {
    const { journal, hub, open } = await openTestHub({
      hub: { ringBytes: 100_000, gatherMs: 0 },
      journal: { segmentBytes: 300_000 },
    });
    const slow = await hub.open({ partial: false });
    const fast = await open({ partial: false });
    const text = 'x'.repeat(1_000);
    for (let round = 0; round < 30; round += 1) {
      await appendAll(
        journal,
        numbers(1, 100).map((number) => number + text),
      );
    }
    await expect.poll(() => fast.events.length).toBe(3_000);
    expect(slow.readableLength).toBeLessThan(400_000);
    const inbox = new SseInbox(slow);
    journal.append([delta('live')], { sync: false });
    await expect.poll(() => inbox.ids.length).toBe(3_001);
    expect(inbox.ids).toEqual(numbers(1, 3_001).map((number) => idOf(Number(number))));
    expect(fast.ids).toEqual(inbox.ids);
  });

  it('tells a reader whose place in the log was dropped before it came there', async () => {
    const { journal, hub } = await openTestHub({
      hub: { ringBytes: 10_000, gatherMs: 0 },
      journal: { segmentBytes: 100_000, eventLogBytes: 400_000 },
    });
    const slow = await hub.open({ partial: false });
    const text = 'x'.repeat(1_000);
    for (const number of numbers(1, 1_000)) await appendAll(journal, [number + text]);
    await expect.poll(() => journal.bytes).toBeLessThanOrEqual(400_000);
    const inbox = new SseInbox(slow);
    await expect.poll(() => inbox.events.at(-1)?.event).toBe('stream.reset');
    const seen = inbox.ids.slice(0, -1);
    expect(seen).toEqual(numbers(1, seen.length).map((number) => idOf(Number(number))));
    await appendAll(journal, ['live']);
    await expect.poll(() => inbox.ids.at(-1)).toBe(idOf(1_001));
    expect(inbox.events.filter(({ event }) => event === 'stream.reset')).toHaveLength(1);
  });

  it('passes a line of five megabytes on, live and from the log', async () => {
    const { journal, open } = await openTestHub();
    const live = await open({ partial: false });
    const text = '😀"_":{\n'.repeat(500_000);
    await appendAll(journal, ['a', text, 'b']);
    const replayed = await open({ partial: false, after: idOf(1) });
    await expect.poll(() => live.ids).toEqual([idOf(1), idOf(2), idOf(3)]);
    await expect.poll(() => replayed.ids).toEqual([idOf(2), idOf(3)]);
    for (const { data } of [live.events[1], replayed.events[0]].map((frame) => frame ?? {})) {
      expect(JSON.stringify(data?.payload) === JSON.stringify(delta(text).payload)).toBe(true);
    }
  });
});
