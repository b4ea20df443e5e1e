import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fromPromise } from 'xstate';
import type { Unrestored } from '../../machines/boot.machine.ts';
import type { restoreMachine } from '../../machines/restore.machine.ts';
import type { WorkspaceClaim } from '../../machines/restore.setup.ts';
import type { ArchivedFile, Manifest } from '../archive/manifest.ts';
import { readManifest, takeOver } from '../archive/manifests.ts';
import type { ObjectStore } from '../archive/object-store.ts';
import { DamagedPieceError, unpackFile } from '../archive/pieces.ts';
import type { RestoreProgress } from '../contract/status.ts';
import { createPaths, type Paths } from '../environment/paths.ts';
import type { Claim, SharedLog } from '../mirror/shared-log.ts';
import { codeOf } from '../storage/attempt.ts';
import { createEngineStorage, type EngineStorage } from '../storage/atomic-files.ts';
import { writeJson } from '../storage/json-file.ts';
import { syncFolder } from '../storage/replace-file.ts';
import { copyLog } from './copy-log.ts';
import { bundlePathsOf } from './restore-repositories.ts';
import { RESTORED_KEY, type RestoredFile } from './restored-file.ts';

export interface RestorationOptions {
  paths: Paths;
  /** Names this engine in the shared log. */
  owner: string;
  /** Null without a shared log: nothing then keeps the engine that had the workspace from going on. */
  log: SharedLog | null;
  /** Null without an archive. */
  archive: ObjectStore | null;
  segmentBytes: number;
  onProgress: (progress: Pick<RestoreProgress, 'percent' | 'bytes'>) => void;
}

type Actors = Required<NonNullable<Parameters<typeof restoreMachine.provide>[0]['actors']>>;

/** The log and the checkpoint of an engine. */
const LOG_FILE = /^(events.*\.jsonl|chats.*\.json)$/;
const FILES_AT_ONCE = 8;

/** Brings a workspace into a home in which no engine ever was. */
export class Restoration {
  readonly #options: RestorationOptions;
  /** Laid out as the home is; as long as it is there, the home is not whole. */
  readonly #staging: string;
  readonly #staged: EngineStorage;
  #headId: string | null = null;
  #manifest: Manifest | null = null;

  constructor(options: RestorationOptions) {
    this.#options = options;
    this.#staging = stagingOf(options.paths);
    this.#staged = createEngineStorage({ base: createPaths(this.#staging).replicas });
  }

  /** What the restore machine names. */
  actors(): Actors {
    return {
      claimWorkspace: fromPromise<WorkspaceClaim, { epoch: number }>(({ input }) => this.#claim(input.epoch)),
      fetchWorkspace: fromPromise<void, { epoch: number }>(({ input }) => this.#fetch(input.epoch)),
      placeWorkspace: fromPromise<WorkspaceClaim, { epoch: number }>(({ input }) => this.#place(input.epoch)),
    };
  }

  async #claim(had: number): Promise<WorkspaceClaim> {
    const { log, archive } = this.#options;
    this.#manifest = archive === null ? null : await readManifest(archive);
    const archivedIn = this.#manifest?.epoch ?? 0;
    if (log === null && archivedIn > 0) return { kind: 'claimed', epoch: had || archivedIn + 1 };
    if (log === null) return { kind: 'nothing' };
    const head = await log.head();
    if ((head?.headId ?? null) === null && archivedIn === 0) return { kind: 'nothing' };
    return this.#claimLog(log, { epoch: had, above: archivedIn, headId: head?.headId ?? null });
  }

  /** Until nobody appends between the look and the claim. */
  async #claimLog(log: SharedLog, expected: Omit<Claim, 'owner'>): Promise<WorkspaceClaim> {
    const { owner } = this.#options;
    for (let { headId } = expected; ;) {
      const claimed = await log.claim({ ...expected, owner, headId });
      if (claimed.kind === 'taken') return { kind: 'taken', owner: claimed.holder.owner };
      headId = claimed.headId;
      this.#headId = headId;
      if (claimed.kind === 'claimed') return { kind: 'claimed', epoch: claimed.epoch };
    }
  }

  async #fetch(epoch: number): Promise<void> {
    const { log, archive, segmentBytes, onProgress } = this.#options;
    if (archive !== null) this.#manifest = await takeOver(archive, epoch);
    await mkdir(this.#staging, { recursive: true, mode: 0o700 }); // from here on it is there until the home is whole
    for (const name of await readdir(this.#staging)) await rm(join(this.#staging, name), { recursive: true });
    await mkdir(createPaths(this.#staging).engine, { recursive: true, mode: 0o700 });
    const missing = await this.#fetchFiles(epoch);
    const place = { files: this.#staged.files, folder: 'engine', segmentBytes };
    if (log !== null) await copyLog(log, { ...place, headId: this.#headId, onProgress });
    const repositories = this.#manifest?.repositories ?? [];
    const restoredAt = new Date().toISOString();
    const value: RestoredFile = { version: 1, restoredAt, epoch, repositories, missing };
    await writeJson(this.#staged.storage, { key: RESTORED_KEY, value });
  }

  /** What of the archive is damaged is left out and named. */
  async #fetchFiles(epoch: number): Promise<Unrestored[]> {
    const { archive, onProgress } = this.#options;
    const { omitted = [] } = this.#manifest ?? {};
    const files = filesIn(this.#manifest, epoch);
    if (archive === null) return [];
    const missing: Unrestored[] = omitted.map(({ path, reason }) => ({
      message: `${path} is not in the archive: ${reason}`,
      context: { path },
    }));
    const total = files.reduce((sum, { size }) => sum + size, 0);
    let bytes = 0;
    const onBytes = (count: number) => {
      bytes += count;
      onProgress({ percent: Math.floor((100 * bytes) / Math.max(1, total)), bytes });
    };
    const fetchOne = async (file: ArchivedFile) => {
      const reason = await this.#fetchFile(archive, file, onBytes);
      const message = `${file.path} could not be restored: ${reason}`;
      if (reason !== '') missing.push({ message, context: { path: file.path } });
    };
    await forEach(files, fetchOne);
    return missing;
  }

  /** Why it could not be; empty when it could. */
  async #fetchFile(
    archive: ObjectStore,
    { path: name, mode, mtimeMs, pieces }: ArchivedFile,
    onBytes: (count: number) => void,
  ): Promise<string> {
    const path = join(this.#staging, name);
    try {
      await unpackFile(archive, pieces, { path, mode, onBytes });
      await utimes(path, mtimeMs / 1_000, mtimeMs / 1_000);
      return '';
    } catch (error) {
      if (error instanceof DamagedPieceError) return error.message;
      throw error;
    }
  }

  /** Until the staging folder is gone, whoever comes begins anew. */
  async #place(epoch: number): Promise<WorkspaceClaim> {
    const { log, owner, paths } = this.#options;
    const head = (await log?.head()) ?? null;
    if (head !== null && head.holder.owner !== owner) return { kind: 'taken', owner: head.holder.owner };
    for (const name of await readdir(paths.engine))
      if (LOG_FILE.test(name)) await rm(join(paths.engine, name), { force: true });
    for (const file of await filesBelow(this.#staging))
      await move(file, join(paths.home, relative(this.#staging, file)));
    await syncFolder(paths.engine);
    await rm(this.#staging, { recursive: true });
    await syncFolder(paths.engine);
    return { kind: 'claimed', epoch };
  }
}

/** A few at a time, until one of them failed; nothing of it goes on when this settles. */
async function forEach<Item>(items: readonly Item[], take: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const takeNext = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await take(item);
  };
  const ends = await Promise.allSettled(
    Array.from({ length: FILES_AT_ONCE }, () => takeNext().finally(() => waiting.splice(0))),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Of repositories it is their bundles. */
function filesIn(manifest: Manifest | null, epoch: number): ArchivedFile[] {
  if (manifest === null) return [];
  const mtimeMs = Date.parse(manifest.takenAt);
  const bundles = manifest.repositories.flatMap((entry) => {
    const paths = bundlePathsOf(entry, epoch);
    return entry.bundles.map((bundle, place) => ({ ...bundle, path: paths[place]!, mode: 0o600, mtimeMs }));
  });
  return [...manifest.files, ...bundles];
}

/** Whether no engine ever was in a home, or one died while it was restored. */
export async function isToBeRestored(paths: Paths): Promise<boolean> {
  if (existsSync(stagingOf(paths))) return true;
  return !(await readdir(paths.engine)).some((name) => LOG_FILE.test(name));
}

function stagingOf({ engine }: Paths): string {
  return join(engine, 'restoring');
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** A part of the home may be another file system. */
async function move(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    await copyFile(from, to);
  }
}
