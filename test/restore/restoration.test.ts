import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createActor, waitFor } from 'xstate';
import { restoreMachine } from '../../machines/restore.machine.ts';
import type { Manifest } from '../../src/archive/manifest.ts';
import { FileStore } from '../../src/archive/file-store.ts';
import { manifestKey } from '../../src/archive/manifests.ts';
import { createPack } from '../../src/archive/pieces.ts';
import { openLogFile } from '../../src/storage/log-file.ts';
import { createPaths, type Paths } from '../../src/environment/paths.ts';
import { Restoration, isToBeRestored } from '../../src/restore/restoration.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { batchOf, idOf } from '../support/shared-log-conformance.ts';

let paths: Paths;
let log: MemoryLog;
let archive: FileStore;

beforeEach(async () => {
  const home = await mkdtemp(join(tmpdir(), 'restoration-'));
  onTestFinished(() => rm(home, { recursive: true }));
  paths = createPaths(home);
  await mkdir(paths.engine, { recursive: true });
  log = new MemoryLog();
  archive = new FileStore({ root: home, folder: join(home, 'archive') });
});

/** What an engine on a machine that is gone mirrored: groups of two lines. */
async function mirror(...firsts: number[]): Promise<void> {
  const claim = await log.claim({ owner: 'old', epoch: 0, headId: null });
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  const holder = { owner: 'old', epoch: claim.epoch };
  for (const first of firsts) await log.append({ holder, afterId: null, batch: batchOf(first, 2) });
}

function startRestoring({ owner = 'new', segmentBytes = 1 << 20, hasLog = true } = {}) {
  const percents: number[] = [];
  const restoration = new Restoration({
    paths,
    owner,
    log: hasLog ? log : null,
    archive,
    segmentBytes,
    onProgress: ({ percent }) => percents.push(percent),
  });
  const actor = createActor(
    restoreMachine.provide({ actors: restoration.actors(), delays: { backoff: 1 } }),
  ).start();
  return { actor, percents, over: () => waitFor(actor, ({ status }) => status !== 'active') };
}

const linesOf = (...firsts: number[]) => firsts.map((first) => String(batchOf(first, 2).lines)).join('');

describe('the log of a workspace, in an empty home', () => {
  it('is that of the shared log, byte by byte, and the home is marked as restored', async () => {
    await mirror(1, 3, 5);
    const { over, percents } = startRestoring();

    expect(await over()).toMatchObject({ value: 'restored', context: { epoch: 2 } });

    expect(await readFile(paths.events, 'utf8')).toBe(linesOf(1, 3, 5));
    expect((await readdir(paths.engine)).toSorted()).toEqual(['events.jsonl', 'restored.json']);
    expect(percents.at(-1)).toBe(100);
    expect(await isToBeRestored(paths)).toBe(false);
  });

  it('is in segments of the size they have', async () => {
    await mirror(1, 3, 5);

    await startRestoring({ segmentBytes: 1 }).over();

    expect((await readdir(paths.engine)).toSorted()).toEqual([
      `events-${idOf(1)}.jsonl`,
      `events-${idOf(3)}.jsonl`,
      'events.jsonl',
      'restored.json',
    ]);
    expect(await readFile(paths.events, 'utf8')).toBe(linesOf(5));
  });

  it('begins another segment behind what the shared log lacks', async () => {
    await mirror(1, 9);

    await startRestoring().over();

    expect(await readFile(join(paths.engine, `events-${idOf(1)}.jsonl`), 'utf8')).toBe(linesOf(1));
    expect(await readFile(paths.events, 'utf8')).toBe(linesOf(9));
  });

  it.each([1, 2, 3, 4, 5])('is there in the end when call %i to the shared log fails', async (failing) => {
    await mirror(1, 3);
    let calls = 0;
    log.obstacle = async () => {
      if ((calls += 1) === failing) throw new Error('It is away.');
    };

    await startRestoring().over();

    expect(await readFile(paths.events, 'utf8')).toBe(linesOf(1, 3));
  });

  it('begins anew where a killed engine had begun, whatever that left', async () => {
    await mirror(1, 3);
    await mkdir(join(paths.engine, 'restoring'));
    await writeFile(join(paths.engine, `events-${idOf(1)}.jsonl`), linesOf(1));
    expect(await isToBeRestored(paths)).toBe(true);

    await startRestoring().over();

    expect((await readdir(paths.engine)).toSorted()).toEqual(['events.jsonl', 'restored.json']);
    expect(await readFile(paths.events, 'utf8')).toBe(linesOf(1, 3));
  });

  it('is begun anew without a moment in which a home that is whole in part could be taken for whole', async () => {
    await mirror(1, 3);
    const staging = join(paths.engine, 'restoring');
    await mkdir(join(staging, 'left'), { recursive: true });
    await chmod(staging, 0o750);
    await writeFile(paths.events, linesOf(1));
    const modes: number[] = [];
    log.obstacle = async () => {
      if (!existsSync(join(staging, 'left'))) modes.push((await stat(staging)).mode & 0o777);
    };

    expect(await startRestoring().over()).toMatchObject({ value: 'restored' });

    expect(new Set(modes)).toEqual(new Set([0o750])); // it is the same folder all the time
  });

  it('is not placed when the shared log lacks what it says that it has', async () => {
    await mirror(1, 3);
    await log.trim({ holder: { owner: 'old', epoch: 1 }, before: 100 });
    const { actor } = startRestoring();

    const { context } = await waitFor(actor, ({ value }) => value === 'away');

    actor.stop();
    expect(context.reason).toContain(idOf(4));
    expect(existsSync(paths.events)).toBe(false);
  });
});

/** What an engine on a machine that is gone archived; returns the pieces of each file. */
async function archiveFiles(files: Record<string, string>, changes: Partial<Manifest> = {}) {
  const [pack, entries] = [createPack(archive, new Set()), []] as [
    ReturnType<typeof createPack>,
    Manifest['files'],
  ];
  for (const [path, text] of Object.entries(files)) {
    const source = join(paths.home, 'source');
    await writeFile(source, text);
    const file = await openLogFile(source);
    const size = Buffer.byteLength(text);
    entries.push({ path, mode: 0o600, size, mtimeMs: 1_000_000, pieces: await pack(file, { size }) });
    await file.close();
  }
  const manifest: Manifest = {
    version: 1,
    workspaceId: 'w',
    epoch: 1,
    takenAt: '2026-01-01T00:00:00.000Z',
    lastEventId: '',
    files: entries,
    repositories: [],
    omitted: [],
    ...changes,
  };
  await archive.put(manifestKey(manifest.epoch), Buffer.from(JSON.stringify(manifest)));
  return Object.fromEntries(entries.map(({ path, pieces }) => [path, pieces]));
}

const EVENTS = '.replicas/engine/events.jsonl';
const SESSION = '.claude/projects/a/session.jsonl';
const read = (path: string) => readFile(join(paths.home, path), 'utf8');
const restoredFile = async () =>
  JSON.parse(await read('.replicas/engine/restored.json')) as { missing: unknown };

describe('the files of a workspace, in an empty home', () => {
  it('are those of the archive, as old as they were; the log goes on with what the shared one has behind that', async () => {
    await mirror(1, 3, 5);
    await archiveFiles({ [EVENTS]: linesOf(1, 3), [SESSION]: 'a session' });

    expect(await startRestoring().over()).toMatchObject({ value: 'restored', context: { epoch: 2 } });

    expect(await read(EVENTS)).toBe(linesOf(1, 3, 5));
    expect(await read(SESSION)).toBe('a session');
    expect((await stat(join(paths.home, SESSION))).mtimeMs).toBe(1_000_000);
    expect(await restoredFile()).toMatchObject({ missing: [] });
  });

  it('are those of the archive alone where there is no shared log', async () => {
    await archiveFiles({ [EVENTS]: linesOf(1, 3) });

    expect(await startRestoring({ hasLog: false }).over()).toMatchObject({ value: 'restored' });

    expect(await read(EVENTS)).toBe(linesOf(1, 3));
  });

  it('are those of the engine that archived last, whenever that was', async () => {
    await archiveFiles({ [EVENTS]: linesOf(1, 3) }, { epoch: 10 });
    await archiveFiles({ [EVENTS]: linesOf(1) }, { epoch: 9 });

    await startRestoring({ hasLog: false }).over();

    expect(await read(EVENTS)).toBe(linesOf(1, 3));
  });

  it('are cut behind the last whole group of the log', async () => {
    await mirror(1, 3);
    await archiveFiles({ [EVENTS]: linesOf(1, 3).slice(0, -10) });

    await startRestoring().over();

    expect(await read(EVENTS)).toBe(linesOf(1, 3));
  });

  it('go on in a new segment behind sealed ones', async () => {
    await mirror(1, 3, 5);
    const sealed = `.replicas/engine/events-${idOf(1)}.jsonl`;
    await archiveFiles({ [sealed]: linesOf(1, 3) });

    await startRestoring().over();

    expect([await read(sealed), await read(EVENTS)]).toEqual([linesOf(1, 3), linesOf(5)]);
  });

  it.each([
    ['is gone', 'is gone.', (key: string) => archive.remove(key)],
    ['is damaged', 'is damaged.', (key: string) => archive.put(key, Buffer.from('not what it was'))],
  ])('are restored without one of which a piece %s, and that is named', async (_, reason, spoil) => {
    const pieces = await archiveFiles({ [EVENTS]: linesOf(1), [SESSION]: 'a session' });
    const { sha256 } = pieces[SESSION]![0]!;
    await spoil(`pieces/${sha256}`);

    await startRestoring({ hasLog: false }).over();

    expect(await read(EVENTS)).toBe(linesOf(1));
    expect(existsSync(join(paths.home, SESSION))).toBe(false);
    expect(await restoredFile()).toMatchObject({
      missing: [
        {
          message: `${SESSION} could not be restored: The piece ${sha256} of the archive ${reason}`,
          context: { path: SESSION },
        },
      ],
    });
  });

  it('are fetched anew only when nothing of the attempt before is under way', async () => {
    const pieces = await archiveFiles({ [EVENTS]: linesOf(1), [SESSION]: 'a session' });
    const isPieceOf = (path: string, key: string) => key.endsWith(pieces[path]![0]!.sha256);
    const told: string[] = [];
    const get = archive.get.bind(archive);
    vi.spyOn(archive, 'get').mockImplementation(async (key) => {
      if (isPieceOf(EVENTS, key) && !told.includes('failed')) {
        told.push('failed');
        throw new Error('The archive is away.');
      }
      if (!isPieceOf(SESSION, key)) return get(key);
      told.push('asked');
      for (let turn = 0; turn < 10_000; turn += 1) await setImmediate();
      told.push('answered');
      return get(key);
    });

    await startRestoring({ hasLog: false }).over();

    expect(told).toEqual(['failed', 'asked', 'answered', 'asked', 'answered']);
    expect([await read(EVENTS), await read(SESSION)]).toEqual([linesOf(1), 'a session']);
  });

  it('are not guessed from a manifest of a later engine, or a damaged one: what is wrong is told, and tried again', async () => {
    for (const [text, reason] of [
      [
        '{"version":2}',
        'The manifest manifests/0000000001.json of the archive was written by a later engine (version 2): start such a one.',
      ],
      ['{"version":1', 'The manifest manifests/0000000001.json of the archive is damaged or gone.'],
    ] as const) {
      await archive.put(manifestKey(1), Buffer.from(text));
      const { actor } = startRestoring();

      const { context } = await waitFor(actor, ({ value }) => value === 'away');

      actor.stop();
      expect(context.reason).toBe(reason);
      expect(await readdir(paths.engine)).toEqual([]);
    }
  });

  it('are restored under a later epoch than they were archived in, also when the shared log has lost everything', async () => {
    await archiveFiles({ [EVENTS]: linesOf(1) }, { epoch: 7 });

    expect(await startRestoring().over()).toMatchObject({ value: 'restored', context: { epoch: 8 } });
  });
});

it('an archive that was restored is that of the later epoch at once: what an older engine still archives counts for nothing', async () => {
  await mirror(1, 3);
  await archiveFiles({ [SESSION]: 'as it was' });
  await startRestoring({ owner: 'one' }).over();
  await archiveFiles({ [SESSION]: 'written after the machine was given up' });
  await rm(paths.events);

  expect(await startRestoring({ owner: 'two' }).over()).toMatchObject({ context: { epoch: 3 } });

  expect(await read(SESSION)).toBe('as it was');
});

describe('two machines that restore one workspace', () => {
  it('leave it to the one that claimed it last', async () => {
    await mirror(1, 3);
    const first = startRestoring({ owner: 'one' });
    await waitFor(first.actor, ({ value }) => value === 'fetching');
    await log.claim({ owner: 'two', epoch: 0, headId: idOf(4) });

    expect(await first.over()).toMatchObject({ value: 'taken', context: { owner: 'two' } });
    expect(existsSync(paths.events)).toBe(false);
  });
});

it('nothing is done for a workspace that nobody had before', async () => {
  expect(await startRestoring().over()).toMatchObject({ value: 'nothingThere' });
  expect(await readdir(paths.engine)).toEqual([]);
});
