import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createActor, toPromise } from 'xstate';
import { expect, it } from 'vitest';
import type { JournalEntry } from '../../src/journal/event-line.ts';
import { createLog } from '../../src/log.ts';
import { openOutbox } from '../../src/engine/open-outbox.ts';
import { createEngineStorage } from '../../src/storage/atomic-files.ts';
import { openLogFile } from '../../src/storage/log-file.ts';
import { idOf, openTestJournal } from '../journal/open-test-journal.ts';
import { bareRecorder } from '../support/bare-recorder.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

it('keeps what leaves the log untold as dead letters, and says how many those are', async () => {
  const { base, outbox, append, recorded, next } = await open();
  await append(trouble('one'), trouble('two'), trouble('three'));
  expect(outbox.lag).toBe(3);

  await outbox.giveUp(2);

  const letters = (await readFile(join(base, 'engine', 'dead-letters.jsonl'), 'utf8')).trimEnd().split('\n');
  expect(letters.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { reason: expect.stringContaining('left the log'), event: { id: idOf(1), workspaceId: 'workspace-1' } },
    { reason: expect.stringContaining('left the log'), event: { id: idOf(2), workspaceId: 'workspace-1' } },
  ]);
  expect(recorded).toEqual([
    {
      type: 'error',
      payload: {
        code: 'webhooks_given_up',
        message:
          '2 events left the log before the control plane could be told; they are kept in the dead-letter file.',
        context: { count: 2, firstId: idOf(1), lastId: idOf(2) },
      },
    },
  ]);
  expect((await next())?.id).toBe(idOf(3));
});

it('lets go of them also when they cannot be written, and says so', async () => {
  const openFile = () => Promise.reject(new Error('EIO'));
  const { outbox, append, recorded, next } = await open(openFile);
  await append(trouble('one'));

  await outbox.giveUp(1);

  expect(recorded).toMatchObject([
    { type: 'error', payload: { message: expect.stringContaining('they could not be kept') } },
  ]);
  expect(await next()).toBeNull();
});

async function open(openFile = openLogFile) {
  const base = await temporaryFolder();
  const { journal } = await openTestJournal(base);
  const store = createEngineStorage({ base, openFile });
  const log = createLog({ level: 'silent', secrets: [] });
  const outbox = openOutbox({ store, journal, settledId: null, workspaceId: 'workspace-1', log });
  const recorded: JournalEntry[] = [];
  const actors = outbox.connect({
    client: { deliver: () => Promise.resolve({ kind: 'delivered', isDuplicate: false }) },
    recorder: bareRecorder({
      append: (entries) => {
        recorded.push(...entries);
        return '';
      },
    }),
    workspace: { repositories: { list: () => Promise.resolve([]) } },
  });
  const next = () => toPromise(createActor(actors.nextEvent, { input: { mayWait: false } }).start());
  async function append(...entries: JournalEntry[]): Promise<void> {
    outbox.note(entries, journal.append(entries, { sync: false }));
    await journal.committed();
  }
  return { base, outbox, append, recorded, next };
}

function trouble(code: string): JournalEntry {
  return { type: 'error', payload: { code, message: code } };
}
