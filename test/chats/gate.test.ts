import { expect, it } from 'vitest';
import { ChatCommands, type ChatCommandsOptions } from '../../src/chats/chats.ts';
import { Gate, type GateOptions } from '../../src/chats/gate.ts';
import { delta, openTestJournal } from '../journal/open-test-journal.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

it('refuses to tell what waits for room on the disk, and lets a change wait for it', async () => {
  const { journal, disk, waits } = await openTestJournal(await temporaryFolder());
  const gate = new Gate({ journal } as GateOptions);
  disk.room = 5;
  journal.append([delta('a')], { sync: true });
  const changed = gate.committed('changed');

  await expect(gate.snapshot({ chats: [] })).rejects.toMatchObject({
    code: 'STORAGE_FULL',
    message: expect.stringContaining('The disk is full.'),
  });

  disk.room = Infinity;
  waits.shift()?.();
  expect(await changed).toBe('changed');
  expect(await gate.snapshot({ chats: [] })).toEqual({ chats: [], lastEventId: journal.committedId });
});

it('names what is wrong with a disk that is not full', async () => {
  const { journal, disk, waits } = await openTestJournal(await temporaryFolder());
  const gate = new Gate({
    journal,
    isSealed: () => false,
    isStopping: () => false,
    movedTo: () => null,
  } as unknown as GateOptions);
  disk.writeError = new Error('EROFS: read-only file system, write');
  journal.append([delta('a')], { sync: true });
  const refusal = {
    code: 'STORAGE_FULL',
    message:
      'The disk cannot be written (EROFS: read-only file system, write). Nothing was accepted; the engine goes on by itself once it can.',
  };

  await expect(gate.snapshot({ chats: [] })).rejects.toMatchObject(refusal);
  expect(() => gate.refuseNewWork()).toThrow(expect.objectContaining(refusal));

  disk.writeError = null;
  waits.shift()?.();
  await journal.committed();
  expect(gate.refuseNewWork()).toBeUndefined();
});

it('refuses a page of history and a search while what was said waits for room on the disk', async () => {
  const { journal, disk, waits } = await openTestJournal(await temporaryFolder());
  const records = new Map([['c1', { chat: { id: 'c1', provider: 'test' } }]]);
  const gate = new Gate({ journal, recorder: { records } } as unknown as GateOptions);
  const chats = new ChatCommands({ gate } as unknown as ChatCommandsOptions);
  disk.room = 5;
  journal.append([delta('a')], { sync: true });

  for (const asked of [
    chats.history('c1', { limit: 1, offset: 0 }),
    chats.search({ q: 'a', limit: 1, chatId: undefined }),
  ])
    await expect(asked).rejects.toMatchObject({ code: 'STORAGE_FULL' });

  disk.room = Infinity;
  waits.shift()?.();
  await journal.committed();
});
