import { expect, it } from 'vitest';
import type { ChatSummary } from '../../../src/contract/chats.ts';
import type { JournalEntry } from '../../../src/journal/event-line.ts';
import { retell } from '../../../src/journal/projection/retell.ts';
import { CHAT, delta, idOf, openTestJournal } from '../open-test-journal.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';

const OTHER = '3f0e7c1e-0000-4000-8000-000000000002';

it('tells what an agent said in one chat, in all segments of the log', async () => {
  const { journal } = await openTestJournal(await temporaryFolder(), { segmentBytes: 1_000 });
  for (const [text, chat] of 'abcdefghij'
    .split('')
    .map((text, at) => [text, at % 3 === 0 ? OTHER : CHAT] as const)) {
    journal.append([delta(text, chat)], { sync: false });
    await journal.committed();
  }

  const known = await retell(journal, OTHER);

  expect(journal.segmentCount).toBeGreaterThan(1);
  expect([known.ids, known.until]).toEqual([[1, 4, 7, 10].map((n) => idOf(n)), idOf(10)]);
  const events = [];
  for await (const { id, event } of known.eventsFrom(idOf(4)))
    events.push([id, JSON.parse(event()).payload.text]);
  expect(events).toEqual([
    [idOf(4), 'd'],
    [idOf(7), 'g'],
    [idOf(10), 'j'],
  ]);
});

it('leaves out what was said in a chat of the same id that was deleted', async () => {
  const { journal } = await openTestJournal(await temporaryFolder());
  const entries = [delta('before'), created(CHAT), delta('after'), created(OTHER)];
  for (const entry of entries) journal.append([entry], { sync: false });
  await journal.committed();

  expect((await retell(journal, CHAT)).ids).toEqual([idOf(3)]);
});

function created(id: string): JournalEntry {
  const at = '2026-01-02T03:04:05.678Z';
  const chat: ChatSummary = {
    id,
    provider: 'claude',
    title: 'Chat',
    createdAt: at,
    updatedAt: at,
    processing: false,
    parentChatId: null,
    state: 'idle',
  };
  return { type: 'chat.created', payload: { chat } };
}
