import { describe, expect, it } from 'vitest';
import { EngineError } from '../../src/errors.ts';
import type { JournalEntry } from '../../src/journal/event-line.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openTestHub } from './open-test-hub.ts';
import { CHAT, NOW, appendAll, delta, idOf, numbers } from './open-test-journal.ts';

const OTHER_CHAT = '3f0e7c1e-0000-4000-8000-000000000002';
const NEVER = 1_000_000;

describe('the event stream', () => {
  it('starts with the bare id of the latest event when there is no cursor, then goes live', async () => {
    const { journal, open } = await openTestHub();
    await appendAll(journal, ['a', 'b']);
    const inbox = await open({ partial: false });
    await expect.poll(() => inbox.frames).toEqual([{ id: idOf(2) }]);
    await appendAll(journal, ['c']);
    await expect.poll(() => inbox.frames.length).toBe(2);
    expect(inbox.frames[1]).toEqual({
      id: idOf(3),
      event: 'chat.turn.delta',
      data: { id: idOf(3), ts: NOW.toISOString(), ...delta('c') },
    });
  });

  it('sends its first bytes at once, whatever the cursor', async () => {
    const { journal, hub } = await openTestHub();
    await appendAll(journal, ['a']);
    for (const after of [undefined, idOf(1), 'nonsense']) {
      const stream = await hub.open({ partial: false, ...(after === undefined ? {} : { after }) });
      expect(stream.readableLength).toBeGreaterThan(0);
      stream.destroy();
    }
  });

  it('replays what follows the cursor, whichever it is, and goes on without a gap or a repetition', async () => {
    const { journal, open } = await openTestHub({ journal: { segmentBytes: 5_000 } });
    await appendAll(journal, numbers(1, 30));
    const inboxes = [];
    for (const after of numbers(0, 60).map(Number)) {
      journal.append([delta('more')], { sync: false });
      if (after > 30) await journal.committed();
      inboxes.push({ after, inbox: await open({ partial: false, after: idOf(after) }) });
      journal.append([delta('more'), delta('more')], { sync: false });
    }
    await journal.committed();
    const last = Number(journal.headId.slice(0, 12));
    for (const { after, inbox } of inboxes) {
      const rest = numbers(after + 1, last).map((text) => idOf(Number(text)));
      await expect.poll(() => inbox.ids.length).toBe(rest.length);
      expect(inbox.ids).toEqual(rest);
    }
  });

  it('joins a reader that resumes before the latest events were sent to the others', async () => {
    const { journal, open } = await openTestHub({ hub: { gatherMs: NEVER } });
    const witness = await open({ partial: false });
    await appendAll(journal, numbers(1, 2));
    await expect.poll(() => witness.ids).toEqual([idOf(1), idOf(2)]);
    await appendAll(journal, numbers(3, 5));
    expect(witness.ids).toEqual([idOf(1), idOf(2)]);
    const early = await open({ partial: false, after: idOf(2) });
    const live = await open({ partial: false });
    await appendAll(journal, numbers(6, 7));
    await open({ partial: false });
    await expect.poll(() => early.ids).toEqual([3, 4, 5, 6, 7].map((n) => idOf(n)));
    await expect.poll(() => witness.ids).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => idOf(n)));
    await expect.poll(() => live.frames[0]).toEqual({ id: idOf(5) });
    expect(live.ids).toEqual([idOf(6), idOf(7)]);
  });

  it.each([
    ['malformed', 'nonsense'],
    ['unknown', idOf(3, 'bbbbbbbb')],
    ['unknown', idOf(9)],
  ])('answers a cursor that is %s with one reset, then goes live', async (reason, after) => {
    const { journal, open } = await openTestHub();
    await appendAll(journal, numbers(1, 5));
    const inbox = await open({ partial: false, after, types: new Set(['chat.turn.delta']) });
    await appendAll(journal, ['live']);
    await expect.poll(() => inbox.frames.length).toBe(2);
    const payload = { reason, oldestId: idOf(1), latestId: idOf(5) };
    expect(inbox.frames[0]).toEqual({
      id: idOf(5),
      event: 'stream.reset',
      data: { id: idOf(5), ts: NOW.toISOString(), type: 'stream.reset', payload },
    });
    expect(inbox.ids).toEqual([idOf(5), idOf(6)]);
  });

  it('begins with the oldest event that is kept for a reader who wants the start', async () => {
    const { journal, open } = await openTestHub({ journal: { segmentBytes: 2_000, eventLogBytes: 8_000 } });
    const empty = await open({ partial: false, after: 'start' });
    for (const text of numbers(1, 60)) await appendAll(journal, [text]);
    await expect.poll(() => journal.segmentCount).toBe(3);

    const inbox = await open({ partial: false, after: 'start' });

    await expect.poll(() => inbox.ids.at(-1)).toBe(idOf(60));
    expect(inbox.ids[0]).toBe(journal.oldestId);
    expect(inbox.events.map(({ event }) => event)).not.toContain('stream.reset');
    await expect.poll(() => empty.ids.length).toBe(60);
  });

  it('tells a reader of a part of what was, once, up to where that is', async () => {
    const { journal, open } = await openTestHub();
    await appendAll(journal, ['a', 'b', 'c']);

    const inbox = await open({ partial: false, after: idOf(1), types: new Set(['engine.ready']) });
    await expect.poll(() => inbox.frames).toEqual([{ comment: 'resumed' }, { id: idOf(3) }]);
    await appendAll(journal, ['d']);
    const others = await open({ partial: false, after: idOf(3) });

    await expect.poll(() => others.ids).toEqual([idOf(4)]);
    expect(inbox.frames).toHaveLength(2);
  });

  it('answers a cursor that is older than the log with a reset that names the oldest event', async () => {
    const { journal, open } = await openTestHub({ journal: { segmentBytes: 2_000, eventLogBytes: 8_000 } });
    for (const text of numbers(1, 60)) await appendAll(journal, [text]);
    await expect.poll(() => journal.segmentCount).toBe(3); // two that are full, within what is left beside the active one
    const inbox = await open({ partial: false, after: idOf(1) });
    await expect.poll(() => inbox.frames.length).toBe(1);
    expect(inbox.frames[0]?.data?.payload).toEqual({
      reason: 'expired',
      oldestId: journal.oldestId,
      latestId: idOf(60),
    });
  });

  it('sends only the types and the chat that were asked for', async () => {
    const { journal, open } = await openTestHub();
    const all = await open({ partial: false });
    const types = await open({ partial: false, types: new Set(['chat.deleted', 'engine.ready']) });
    const chat = await open({ partial: false, chatId: CHAT });
    const both = await open({
      partial: false,
      chatId: CHAT,
      types: new Set(['chat.updated', 'engine.ready']),
    });
    const entries: JournalEntry[] = [
      delta('a'),
      { type: 'engine.ready', payload: { version: 'v1' } },
      delta('b', OTHER_CHAT),
      { type: 'chat.updated', payload: { chat: summary(CHAT) } },
      { type: 'chat.updated', payload: { chat: summary(OTHER_CHAT) } },
      delta('c'),
      { type: 'chat.deleted', payload: { chatId: OTHER_CHAT } },
      { type: 'error', payload: { code: 'x', message: CHAT, context: { chatId: CHAT } } },
    ];
    journal.append(entries, { sync: false });
    await expect.poll(() => all.ids.length).toBe(8);
    await expect.poll(() => types.ids).toEqual([idOf(2), idOf(7)]);
    await expect.poll(() => chat.ids).toEqual([idOf(1), idOf(4), idOf(6)]);
    await expect.poll(() => both.ids).toEqual([idOf(4)]);
    const replayed = await open({ partial: false, chatId: CHAT, after: idOf(1) });
    await expect.poll(() => replayed.ids).toEqual([idOf(4), idOf(6)]);
  });

  it('leaves out an event that is shorter than the name of the chat that was asked for', async () => {
    const { journal, open } = await openTestHub();
    const inbox = await open({ partial: false, chatId: CHAT });
    journal.append([delta('a'), { type: 'engine.ready', payload: { version: 'v1' } }], { sync: false });
    await expect.poll(() => inbox.ids).toEqual([idOf(1)]);
    journal.append([delta('b')], { sync: false });
    await expect.poll(() => inbox.ids).toEqual([idOf(1), idOf(3)]);
    const replayed = await open({ partial: false, chatId: CHAT, after: idOf(1) });
    await expect.poll(() => replayed.ids).toEqual([idOf(3)]);
  });

  it('finds the chat of an event whatever the order of its keys', async () => {
    const { journal, open } = await openTestHub();
    const inbox = await open({ partial: false, chatId: 'ch"at' });
    const { id, ...rest } = summary('ch"at');
    journal.append(
      [
        { type: 'chat.turn.started', payload: { messageId: 'm', chatId: 'ch"at' } },
        { type: 'chat.created', payload: { clientRequestId: 'r', chat: { ...rest, id } } },
        { type: 'chat.turn.started', payload: { messageId: 'm', chatId: 'chat' } },
      ],
      { sync: false },
    );
    await expect.poll(() => inbox.ids).toEqual([idOf(1), idOf(2)]);
  });

  it('sends live partial events only to those who asked, in their place, without an id of their own', async () => {
    const { journal, open } = await openTestHub();
    const asking = await open({ partial: true });
    const filtered = await open({ partial: true, chatId: OTHER_CHAT });
    const others = await open({ partial: false });
    journal.append([delta('a')], { sync: false });
    passPartial(journal, 'p1');
    passPartial(journal, 'p2');
    journal.append([delta('b')], { sync: false });
    passPartial(journal, 'p3');
    await expect.poll(() => asking.events.length).toBe(5);
    expect(asking.events.map(({ id, event, data }) => [id, event, data?.id])).toEqual([
      [idOf(1), 'chat.turn.delta', idOf(1)],
      [undefined, 'chat.turn.partial', idOf(1)],
      [undefined, 'chat.turn.partial', idOf(1)],
      [idOf(2), 'chat.turn.delta', idOf(2)],
      [undefined, 'chat.turn.partial', idOf(2)],
    ]);
    await expect.poll(() => others.ids).toEqual([idOf(1), idOf(2)]);
    expect(filtered.events).toEqual([]);
  });

  it('pings with the position of the reader, also of one whose filter lets nothing through', async () => {
    const { journal, open } = await openTestHub({ hub: { pingEveryMs: 5 } });
    const inbox = await open({ partial: false, types: new Set(['engine.ready']) });
    await expect.poll(() => inbox.frames).toContainEqual({ comment: 'ping', id: idOf(0) });
    await appendAll(journal, ['a', 'b']);
    await expect.poll(() => inbox.frames.at(-1)).toEqual({ comment: 'ping', id: idOf(2) });
    expect(inbox.events).toEqual([]);
  });

  it('counts its readers and ends them when it is closed', async () => {
    const { journal, hub, open } = await openTestHub();
    const counts: number[] = [];
    const stop = hub.onClientsChange((clients) => counts.push(clients));
    const first = await open({ partial: false });
    const second = await open({ partial: true });
    expect(hub.clients).toBe(2);
    second.stream.destroy();
    await expect.poll(() => hub.clients).toBe(1);
    journal.append([delta('last words')], { sync: false });
    await journal.committed();
    hub.close();
    await expect.poll(() => first.hasEnded).toBe(true);
    expect(first.ids).toEqual([idOf(1)]);
    expect(counts).toEqual([1, 2, 1]); // nobody is left who could be told
    stop();
  });

  it.each([undefined, idOf(1)])('opens no stream once it is closed (cursor %s)', async (after) => {
    const { journal, hub } = await openTestHub();
    await appendAll(journal, ['a', 'b']);
    const request = { partial: false, ...(after !== undefined && { after }) };
    const early = expect(hub.open(request)).rejects.toThrow(new EngineError('SHUTTING_DOWN'));
    hub.close();
    await journal.close();
    await early;
    await expect(hub.open(request)).rejects.toThrow(new EngineError('SHUTTING_DOWN'));
  });

  it('sends what comes after a rest at once, and gathers what comes right behind it', async () => {
    const { journal, open } = await openTestHub({ hub: { gatherMs: NEVER } });
    const inbox = await open({ partial: false });
    await appendAll(journal, ['a']);
    await expect.poll(() => inbox.ids).toEqual([idOf(1)]);
    await appendAll(journal, ['b', 'c']);
    expect(inbox.ids).toEqual([idOf(1)]);
  });

  it('builds no frames while nobody reads and loses nothing by it', async () => {
    const { journal, open } = await openTestHub({ hub: { gatherMs: NEVER } });
    const first = await open({ partial: false });
    await appendAll(journal, ['a', 'b']);
    first.stream.destroy();
    await appendAll(journal, ['c']);
    const inbox = await open({ partial: false, after: idOf(1) });
    await appendAll(journal, ['d']);
    await open({ partial: false });
    await expect.poll(() => inbox.ids).toEqual([idOf(2), idOf(3), idOf(4)]);
  });
});

function passPartial(journal: Journal, text: string): void {
  const { payload } = delta(text);
  if ('event' in payload) journal.pass({ type: 'chat.turn.partial', payload });
}

function summary(id: string) {
  const at = NOW.toISOString();
  return {
    id,
    provider: 'claude',
    title: 'Claude Code',
    createdAt: at,
    updatedAt: at,
    processing: false,
    parentChatId: null,
    state: 'idle' as const,
  };
}
