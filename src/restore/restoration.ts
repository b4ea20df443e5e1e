import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fromPromise } from 'xstate';
import type { restoreMachine } from '../../machines/restore.machine.ts';
import type { WorkspaceClaim } from '../../machines/restore.setup.ts';
import type { RestoreProgress } from '../contract/status.ts';
import { createPaths, type Paths } from '../environment/paths.ts';
import { sequenceOf } from '../journal/event-id.ts';
import { readId } from '../journal/event-line.ts';
import type { SharedLog } from '../mirror/shared-log.ts';
import { codeOf } from '../storage/attempt.ts';
import { createEngineStorage, type EngineStorage } from '../storage/atomic-files.ts';
import { writeJson } from '../storage/json-file.ts';
import { syncFolder } from '../storage/replace-file.ts';
import { LogWriter } from './log-writer.ts';
import { RESTORED_KEY, type RestoredFile } from './restored-file.ts';

export interface RestorationOptions {
  paths: Paths;
  /** Names this engine in the shared log. */
  owner: string;
  log: SharedLog;
  segmentBytes: number;
  onProgress: (progress: Pick<RestoreProgress, 'percent' | 'bytes'>) => void;
}

type Actors = Required<NonNullable<Parameters<typeof restoreMachine.provide>[0]['actors']>>;

/** The log and the checkpoint of an engine. */
const LOG_FILE = /^(events.*\.jsonl|chats.*\.json)$/;
/** What is read of the shared log at a time. */
const READ_BYTES = 4 << 20;
const READ_BATCHES = 4_000;

/** Brings a workspace into a home in which no engine ever was. */
export class Restoration {
  readonly #options: RestorationOptions;
  /** Laid out as the home is; as long as it is there, the home is not whole. */
  readonly #staging: string;
  readonly #staged: EngineStorage;
  #headId: string | null = null;

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

  /** Until nobody appends between the look and the claim. */
  async #claim(epoch: number): Promise<WorkspaceClaim> {
    const { log, owner } = this.#options;
    const head = await log.head();
    if (head?.headId == null) return { kind: 'nothing' };
    for (this.#headId = head.headId; ;) {
      const claimed = await log.claim({ owner, epoch, headId: this.#headId });
      if (claimed.kind === 'taken') return { kind: 'taken', owner: claimed.holder.owner };
      this.#headId = claimed.headId;
      if (claimed.kind === 'claimed') return { kind: 'claimed', epoch: claimed.epoch };
    }
  }

  async #fetch(epoch: number): Promise<void> {
    await rm(this.#staging, { recursive: true, force: true });
    await mkdir(createPaths(this.#staging).engine, { recursive: true, mode: 0o700 });
    const { segmentBytes } = this.#options;
    const writer = new LogWriter({ files: this.#staged.files, folder: 'engine', segmentBytes });
    await this.#copyLog(writer).finally(() => writer.close());
    if (sequenceOf(writer.lastId || '0') < sequenceOf(this.#headId ?? '0'))
      throw new Error(
        `The shared log says that it ends with ${this.#headId}, but has only what is before that.`,
      );
    const value: RestoredFile = { version: 1, restoredAt: new Date().toISOString(), epoch };
    await writeJson(this.#staged.storage, { key: RESTORED_KEY, value });
  }

  async #copyLog(writer: LogWriter): Promise<void> {
    const { log, onProgress } = this.#options;
    const last = sequenceOf(this.#headId ?? '0');
    let [first, bytes, limit] = [0, 0, 10];
    for (let after = 0; ;) {
      const batches = await log.read({ after, limit });
      const [start, end] = [batches[0], batches.at(-1)];
      if (start === undefined || end === undefined) return;
      for (const batch of batches) await writer.add(batch);
      const size = batches.reduce((sum, { lines }) => sum + lines.length, 0);
      limit = Math.min(READ_BATCHES, Math.max(1, Math.round((batches.length * READ_BYTES) / size)));
      first ||= sequenceOf(readId(start.lines, 0)) - 1;
      after = sequenceOf(end.id);
      bytes += size;
      onProgress({ percent: Math.floor((100 * (after - first)) / Math.max(1, last - first)), bytes });
    }
  }

  /** Until the staging folder is gone, whoever comes begins anew. */
  async #place(epoch: number): Promise<WorkspaceClaim> {
    const { log, owner, paths } = this.#options;
    const head = await log.head();
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
