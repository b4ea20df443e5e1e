import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createActor, waitFor } from 'xstate';
import { mirrorMachine } from '../../machines/mirror.machine.ts';
import { createLog } from '../../src/log.ts';
import { Mirror, type Neighbours } from '../../src/mirror/mirror.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { appendAll, openTestJournal } from '../journal/open-test-journal.ts';

let log: MemoryLog;
let folder: string;

beforeEach(async () => {
  log = new MemoryLog();
  folder = await mkdtemp(join(tmpdir(), 'mirror-'));
  onTestFinished(() => rm(folder, { recursive: true }));
});

/** The mirror of an engine whose home has one event. */
async function start({ epoch = 0, ...known }: Partial<Neighbours> & { epoch?: number } = {}) {
  const { journal } = await openTestJournal(folder);
  await appendAll(journal, ['one']);
  const mirror = new Mirror({ log, owner: 'this', report: createLog({ level: 'silent', secrets: [] }) });
  mirror.continueIn(epoch);
  const noted: number[] = [];
  const onClaimed = async () => void noted.push(mirror.epoch);
  const actors = mirror.connect(journal, { ...known, onClaimed });
  const actor = createActor(mirrorMachine.provide({ actors })).start();
  onTestFinished(async () => {
    actor.stop();
    mirror.close();
    await journal.close();
  });
  const settled = await waitFor(
    actor,
    (snapshot) => snapshot.status !== 'active' || snapshot.matches({ copying: 'mirroring' }),
  );
  return { settled, noted, mirror };
}

const archived = (epoch: number) => ({ archiveEpoch: () => Promise.resolve(epoch) });

describe('a shared log that has lost everything', () => {
  it.each([
    ['of the home', { homeEpoch: 7, ...archived(5) }],
    ['of the archive', { homeEpoch: 5, ...archived(7) }],
    ['of the archive, where the home knows none', archived(7)],
  ])('is claimed above the last epoch %s, which is noted before anything is copied', async (_, known) => {
    const { settled, noted } = await start(known);

    expect(settled.context).toMatchObject({ epoch: 8 });
    expect(noted).toEqual([8]);
    expect((await log.head())?.holder).toEqual({ owner: 'this', epoch: 8 });
  });

  it('is claimed again by the engine that had it', async () => {
    expect((await start({ epoch: 7, ...archived(7) })).settled.context.epoch).toBe(8);
  });

  it('is left to the engine that has archived since', async () => {
    const { settled, noted, mirror } = await start({ epoch: 7, ...archived(8) });

    expect([settled.value, mirror.movedTo]).toEqual(['fenced', { owner: 'another', epoch: 8 }]);
    expect(noted).toEqual([]);
    expect(await log.head()).toBeNull();
  });
});

it('a shared log that knows all claims is claimed without asking the archive', async () => {
  await log.claim({ owner: 'before', epoch: 0, above: 6, headId: null });

  const archiveEpoch = () => Promise.reject(new Error('The archive is away.'));
  const { settled } = await start({ homeEpoch: 7, archiveEpoch });

  expect(settled.context.epoch).toBe(8);
});
