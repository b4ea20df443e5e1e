import { readFile, rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { createRecord } from '../../../machines/chat.record.ts';
import type { ChatRecord } from '../../../src/contract/records.ts';
import { draftChat } from '../../../src/chats/chats.ts';
import { Checkpoint } from '../../../src/journal/projection/checkpoint.ts';
import { DeletedChats } from '../../../src/journal/projection/deleted-chats.ts';
import type { History } from '../../../src/journal/projection/history.ts';
import { HooksState } from '../../../src/journal/projection/hooks-state.ts';
import { WorkspaceBudget } from '../../../src/journal/projection/workspace-usage.ts';
import { createEngineStorage } from '../../../src/storage/atomic-files.ts';
import { createDeferred } from '../../../src/storage/deferred.ts';
import type { Payloads } from '../../../src/storage/payloads.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { message } from '../../support/chat-words.ts';
import { appendAll, openTestJournal } from '../open-test-journal.ts';

it('keeps the text of a message that was accepted while it was written', async () => {
  const { checkpoint, records, begun, historyOnDisk, kept } = await openCheckpoint([
    'late.json',
    'other.json',
  ]);
  const writing = checkpoint.write();
  await begun.promise;
  records.set('c1', recordWith('late.json'));
  historyOnDisk.resolve();

  await writing;

  expect(kept).toEqual(['late.json']);
});

it('keeps the text of a message that ended while it was written: it may have to be run after a crash', async () => {
  const { checkpoint, records, begun, historyOnDisk, kept } = await openCheckpoint(['early.json']);
  records.set('c1', recordWith('early.json'));
  const writing = checkpoint.write();
  await begun.promise;
  records.delete('c1');
  historyOnDisk.resolve();

  await writing;

  expect(kept).toEqual(['early.json']);
});

it('is written again where somebody removed the last one', async () => {
  const { checkpoint, historyOnDisk, journal, file } = await openCheckpoint();
  historyOnDisk.resolve();
  await checkpoint.write();
  await rm(file);
  await appendAll(journal, ['more']);

  await checkpoint.write();

  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ watermark: journal.headId });
});

/** A checkpoint that waits until the histories are on disk; `kept` are those of the files that it does not sweep away. */
async function openCheckpoint(names: string[] = []) {
  const base = await temporaryFolder();
  const { journal } = await openTestJournal(base);
  await appendAll(journal, ['something']);
  const store = createEngineStorage({ base });
  const records = new Map<string, ChatRecord>();
  const [begun, historyOnDisk] = [createDeferred(), createDeferred()];
  const sync = () => {
    begun.resolve();
    return historyOnDisk.promise;
  };
  const kept: string[] = [];
  const sweep: Payloads['sweep'] = async (isInUse) => void kept.push(...names.filter(isInUse));
  const checkpoint = new Checkpoint({
    store,
    journal,
    history: { sync, marks: {} } as unknown as History,
    payloads: { sweep } as unknown as Payloads,
    records,
    hooks: new HooksState('boot'),
    deleted: new DeletedChats(),
    budget: new WorkspaceBudget(),
    isWritten: false,
    everyBytes: Infinity,
    onError: () => undefined,
  });
  return {
    checkpoint,
    records,
    begun,
    historyOnDisk,
    journal,
    kept,
    file: store.files.pathOf('engine:chats.json'),
  };
}

function recordWith(file: string): ChatRecord {
  const chat = draftChat({ id: 'c1', provider: 'test', title: 'Test', parentChatId: null });
  const content = { kind: 'file' as const, file, preview: 'A long text' };
  return { ...createRecord(chat, { policy: 'bypass' }), queue: [{ ...message('m1'), content }] };
}
