import { expect, it } from 'vitest';
import { Gate, type GateOptions } from '../../src/chats/gate.ts';
import { delta, openTestJournal } from '../journal/open-test-journal.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

it('refuses to tell what waits for room on the disk, and lets a change wait for it', async () => {
  const { journal, disk, waits } = await openTestJournal(await temporaryFolder());
  const gate = new Gate({ journal } as GateOptions);
  disk.room = 5;
  journal.append([delta('a')], { sync: true });
  const changed = gate.committed('changed');

  await expect(gate.snapshot({ chats: [] })).rejects.toMatchObject({ code: 'STORAGE_FULL' });

  disk.room = Infinity;
  waits.shift()?.();
  expect(await changed).toBe('changed');
  expect(await gate.snapshot({ chats: [] })).toEqual({ chats: [], lastEventId: journal.committedId });
});
