import { expect, it } from 'vitest';
import { createRecord } from '../../../machines/chat.record.ts';
import type { ChatSummary } from '../../../src/contract/chats.ts';
import type { ChatsFile, QueuedMessage } from '../../../src/contract/records.ts';
import type { JournalEntry } from '../../../src/journal/event-line.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import { DeletedChats } from '../../../src/journal/projection/deleted-chats.ts';
import { HooksState } from '../../../src/journal/projection/hooks-state.ts';
import { restoreRecords } from '../../../src/journal/projection/restore.ts';
import { WorkspaceBudget } from '../../../src/journal/projection/workspace-usage.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { CHAT as ID, NOW, idOf, openTestJournal } from '../open-test-journal.ts';
import { open } from './open-test-history.ts';

const CHAT: ChatSummary = {
  id: ID,
  provider: 'claude',
  title: 'Claude Code',
  createdAt: NOW.toISOString(),
  updatedAt: NOW.toISOString(),
  processing: false,
  parentChatId: null,
  state: 'idle',
};

const MESSAGE: QueuedMessage = {
  messageId: 'm1',
  turnId: '0190b6a4-0000-4000-8000-000000000001',
  digest: 'd1',
  content: { kind: 'inline', text: 'hello' },
  planMode: false,
  queuedAt: NOW.toISOString(),
};

it('knows a chat by any summary of it, with its policy, when the line that created it is lost', async () => {
  const chat = { ...CHAT, policy: 'ask' as const };
  const journal = await journalOf([{ type: 'chat.updated', payload: { chat }, record: { sessionId: 's1' } }]);

  const { records, until } = await restore(journal, null);

  const record = { ...createRecord(chat, { policy: 'ask' }), sessionId: 's1' };
  expect([...records]).toEqual([[ID, record]]);
  expect(until).toBe(idOf(1));
});

it('does not know a chat again that was deleted', async () => {
  const journal = await journalOf([
    { type: 'chat.updated', payload: { chat: CHAT } },
    { type: 'chat.deleted', payload: { chatId: ID } },
  ]);

  expect([...(await restore(journal, null)).records]).toEqual([]);
});

it('has no message wait that has ended, when the line of its start is lost', async () => {
  const turn = { chatId: ID, messageId: MESSAGE.messageId };
  const journal = await journalOf([
    { type: 'chat.updated', payload: { chat: CHAT } },
    {
      type: 'chat.turn.accepted',
      payload: { ...turn, queued: false, position: 0 },
      record: { message: MESSAGE },
    },
    {
      type: 'chat.turn.completed',
      payload: { ...turn, isComplete: true, outcome: 'completed', durationMs: 1 },
    },
  ]);

  expect((await restore(journal, null)).records.get(ID)?.queue).toEqual([]);
});

it('folds what is behind the checkpoint, and nothing of before, when what lies between them is gone', async () => {
  const base = await temporaryFolder();
  const before = await openTestJournal(base);
  before.journal.append([updated('one'), updated('two')], { sync: true });
  await before.journal.close();
  const { journal } = await openTestJournal(base, { minimumSequence: 10 });
  journal.append([updated('eleven')], { sync: true });
  await journal.committed();
  const record = { ...createRecord(CHAT, { policy: 'bypass' }), sessionId: 'of the checkpoint' };

  const { records } = await restore(journal, { version: 1, watermark: idOf(2), chats: [record] });

  expect(records.get(ID)?.chat.title).toBe('eleven');
  expect(records.get(ID)?.sessionId).toBe('of the checkpoint');
});

/** Says also which session it belongs to. */
function updated(title: string): JournalEntry {
  const record = title === 'eleven' ? {} : { sessionId: title };
  return { type: 'chat.updated', payload: { chat: { ...CHAT, title } }, record };
}

async function journalOf(entries: JournalEntry[]): Promise<Journal> {
  const { journal } = await openTestJournal(await temporaryFolder());
  journal.append(entries, { sync: true });
  await journal.committed();
  return journal;
}

async function restore(journal: Journal, file: ChatsFile | null) {
  const { history } = await open();
  return restoreRecords({
    file,
    journal,
    history,
    hooks: new HooksState('boot'),
    deleted: new DeletedChats(),
    budget: new WorkspaceBudget(),
  });
}
