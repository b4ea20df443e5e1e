import { copyFile, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { createActor, waitFor } from 'xstate';
import { restoreMachine } from '../../machines/restore.machine.ts';
import { FileStore } from '../../src/archive/file-store.ts';
import { manifestKey } from '../../src/archive/manifests.ts';
import type { Manifest } from '../../src/archive/manifest.ts';
import type { ObjectStore } from '../../src/archive/object-store.ts';
import { createPack } from '../../src/archive/pieces.ts';
import { createPaths } from '../../src/environment/paths.ts';
import { lastIdOf } from '../../src/mirror/batches.ts';
import { RedisLog } from '../../src/mirror/redis-log.ts';
import type { SharedLog } from '../../src/mirror/shared-log.ts';
import { Restoration } from '../../src/restore/restoration.ts';
import { openLogFile } from '../../src/storage/log-file.ts';
import { startRedis } from '../support/redis-server.ts';
import type { BenchRow } from './row.ts';
import { sampleLines } from './sample-log.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const BYTES = 100 << 20;
const LINES = 2_000;
const GOAL = '10 s at most';

/** A workspace of 100 MiB into an empty home: of the shared log, and of an archive in a folder. */
export async function run(): Promise<BenchRow[]> {
  const redis = await startRedis();
  try {
    return await withTemporaryFolder(async (folder) => {
      const baseline = { name: 'copying a file of that size', value: await copy(folder) };
      const log = new RedisLog({ address: redis.address, workspaceId: 'restored', feedEvents: 1_000 });
      await fill(log);
      const archive = new FileStore({ root: folder, folder: join(folder, 'archive') });
      await pack(archive, join(folder, 'copy'));
      const ofLog = await restore(join(folder, 'one'), { log, archive: null });
      const ofArchive = await restore(join(folder, 'two'), { log: null, archive });
      log.close();
      return [
        rowOf('restore 100 MiB of the shared log', ofLog, baseline),
        rowOf('restore 100 MiB of an archive', ofArchive, baseline),
      ];
    });
  } finally {
    await redis.remove();
  }
}

function rowOf(name: string, value: number, baseline: BenchRow['baseline']): BenchRow {
  return { name, value, unit: 's', baseline, ratio: value / baseline.value, goal: GOAL };
}

async function copy(folder: string): Promise<number> {
  const file = await open(join(folder, 'file'), 'w');
  for (let bytes = 0, first = 1; bytes < BYTES; first += LINES) {
    const lines = sampleLines(first, LINES);
    await file.write(lines);
    bytes += lines.length;
  }
  await file.close();
  const startedAt = performance.now();
  await copyFile(join(folder, 'file'), join(folder, 'copy'));
  const copied = await open(join(folder, 'copy'));
  await copied.datasync();
  await copied.close();
  return secondsSince(startedAt);
}

async function fill(log: SharedLog): Promise<void> {
  const claim = await log.claim({ owner: 'old', epoch: 0, headId: null });
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  for (let bytes = 0, first = 1; bytes < BYTES; first += 150) {
    const lines = sampleLines(first, 150); // about 64 KiB, as a mirror sends them
    await log.append({
      holder: { owner: 'old', epoch: claim.epoch },
      afterId: null,
      batch: { id: lastIdOf(lines), lines },
    });
    bytes += lines.length;
  }
}

async function pack(archive: ObjectStore, source: string): Promise<void> {
  const file = await openLogFile(source);
  const size = await file.size();
  const pieces = await createPack(archive, new Set())(file, { size });
  await file.close();
  const manifest: Manifest = {
    version: 1,
    workspaceId: 'restored',
    epoch: 1,
    takenAt: new Date().toISOString(),
    lastEventId: '',
    files: [{ path: '.replicas/engine/events.jsonl', mode: 0o600, size, mtimeMs: 0, pieces }],
    repositories: [],
    omitted: [],
  };
  await archive.put(manifestKey(1), Buffer.from(JSON.stringify(manifest)));
}

async function restore(
  home: string,
  from: { log: SharedLog | null; archive: ObjectStore | null },
): Promise<number> {
  const paths = createPaths(home);
  await mkdir(paths.engine, { recursive: true });
  const options = { paths, owner: 'new', segmentBytes: 64 << 20, onProgress: () => undefined };
  const startedAt = performance.now();
  const actor = createActor(
    restoreMachine.provide({ actors: new Restoration({ ...options, ...from }).actors() }),
  );
  actor.start();
  const { value } = await waitFor(actor, ({ status }) => status !== 'active');
  if (value !== 'restored') throw new Error(`It was not restored: ${String(value)}.`);
  return secondsSince(startedAt);
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1_000;
}
