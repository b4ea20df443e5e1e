import { join, relative } from 'node:path';
import type { archiveMachine } from '../../machines/archive.machine.ts';
import type { ArchiveEnd } from '../../machines/archive.setup.ts';
import { openLogFile } from '../storage/log-file.ts';
import { RepositoryError } from '../workspace/git.ts';
import type { RepositoryFolder } from '../workspace/find-repositories.ts';
import { FileCollector, type HeldFile } from './collect-files.ts';
import { listEpochs, manifestKey, putManifest, readManifest } from './manifests.ts';
import type { ArchivedRepository, Manifest, Piece } from './manifest.ts';
import type { ObjectStore } from './object-store.ts';
import { createPack, PIECES, type Pack } from './pieces.ts';
import { bundleRepository, type BundleOptions } from './repository/bundle.ts';

/** The log as an archive takes it. */
export interface ArchivedLog {
  readonly committedId: string;
  committed(): Promise<void>;
  /** Its files with what of each is on disk, as long as they are held. */
  hold(): (HeldFile & { release: () => Promise<void> })[];
}

/** What the archive machine names. */
export type ArchiveActors = Required<NonNullable<Parameters<typeof archiveMachine.provide>[0]['actors']>>;

export interface ArchiveOptions {
  store: ObjectStore;
  workspaceId: string;
  home: string;
  log: ArchivedLog;
  /** The file that grows: what it held may stand in another one the next time. */
  activeLogFile: string;
  /** What follows the log, and must not be ahead of it: taken before it. */
  projections: readonly string[];
  /** What the log is about: taken after it. */
  contents: () => readonly string[];
  repositories: () => RepositoryFolder[];
  git: Pick<BundleOptions, 'git' | 'scratch' | 'limits'>;
  maxFileBytes: number;
  /** Of this engine in the shared log, 0 before it has claimed that; null without a shared log. */
  epoch: () => number | null;
}

/** So long pieces that nothing names are kept, for a restore that has begun elsewhere. */
const KEPT_MS = 3_600_000;

/**
 * The archive of one workspace.
 *
 * Guarantees
 * - A manifest is written last and as a whole: what it names is there.
 * - An engine writes the manifest of its own epoch, and none when there is a higher one.
 * - A piece is sent once, and removed an hour after the last manifest that named it.
 */
export class Archive {
  readonly #options: ArchiveOptions;
  #opened: { manifest: Manifest | null; stored: Set<string>; pack: Pack; epoch: number } | null = null;
  /** Since when nothing names a piece. */
  readonly #unnamed = new Map<string, number>();

  constructor(options: ArchiveOptions) {
    this.#options = options;
  }

  /** Why it is too early to take one; null when it is not. */
  get obstacle(): string | null {
    return this.#options.epoch() === 0 ? 'The shared log is not claimed yet.' : null;
  }

  /** @throws {ObjectStoreError} and what reading the home throws. */
  async take(): Promise<ArchiveEnd> {
    const { store } = this.#options;
    const opened = (this.#opened ??= await this.#open());
    const epoch = this.#options.epoch() ?? opened.epoch;
    const highest = (await listEpochs(store)).at(-1) ?? 0;
    if (highest > epoch) return { kind: 'superseded', epoch: highest };
    const manifest = await this.#collect(epoch, opened);
    await putManifest(store, manifest);
    opened.manifest = manifest;
    await this.#sweep(manifest, opened.stored);
    const { takenAt, lastEventId, omitted } = manifest;
    const pieces = piecesOf(manifest);
    const all = [...omitted, ...manifest.repositories.flatMap((entry) => omittedIn(entry))];
    const bytes = pieces.reduce((sum, { size }) => sum + size, 0);
    return { kind: 'taken', taken: { takenAt, lastEventId, omitted: all, bytes, pieces: pieces.length } };
  }

  async #open() {
    const { store } = this.#options;
    const manifest = await readManifest(store);
    const stored = new Set(piecesOf(manifest).map(({ sha256 }) => sha256));
    for (const key of await store.list(PIECES)) this.#noteUnnamed(key.slice(PIECES.length), stored);
    return { manifest, stored, pack: createPack(store, stored), epoch: (manifest?.epoch ?? 0) + 1 };
  }

  async #collect(
    epoch: number,
    { manifest: last, pack }: { manifest: Manifest | null; pack: Pack },
  ): Promise<Manifest> {
    const { workspaceId, home, maxFileBytes: maxBytes, projections, contents } = this.#options;
    const known = new Map(last?.files.map((file) => [file.path, file]));
    const collector = new FileCollector({ home, maxBytes, known, pack });
    const takenAt = new Date().toISOString();
    for (const path of projections) await collector.take(path);
    const lastEventId = await this.#takeLog(collector);
    for (const path of contents()) await collector.take(path);
    const { files, omitted } = collector;
    const repositories: ArchivedRepository[] = [];
    const packFile = async (path: string) => {
      const file = await openLogFile(path);
      return pack(file, { size: await file.size() }).finally(() => file.close());
    };
    for (const { folder } of this.#options.repositories()) {
      const path = relative(home, folder);
      const before = last?.repositories.find((entry) => entry.path === path);
      try {
        const options = { ...this.#options.git, known: before, pack: packFile };
        repositories.push({ ...(await bundleRepository(folder, options)), path });
      } catch (error) {
        if (!(error instanceof RepositoryError)) throw error;
        if (before !== undefined) repositories.push(before);
        omitted.push({ path, reason: error.failure.code });
      }
    }
    return { version: 1, workspaceId, epoch, takenAt, lastEventId, files, repositories, omitted };
  }

  async #takeLog(collector: FileCollector): Promise<string> {
    const { log, activeLogFile } = this.#options;
    await log.committed();
    const { committedId } = log;
    const held = log.hold();
    try {
      for (const part of held) await collector.takeHeld(part, activeLogFile);
    } finally {
      for (const { release } of held) await release();
    }
    return committedId;
  }

  /** Another engine may have come meanwhile: then what it names is not known here. */
  async #sweep({ epoch, ...manifest }: Manifest, stored: Set<string>): Promise<void> {
    const { store } = this.#options;
    const named = new Set(piecesOf(manifest).map(({ sha256 }) => sha256));
    for (const sha256 of stored) this.#noteUnnamed(sha256, named);
    for (const sha256 of named) this.#unnamed.delete(sha256);
    const old = [...this.#unnamed].filter(([, since]) => Date.now() - since >= KEPT_MS);
    const epochs = old.length === 0 ? [] : await listEpochs(store);
    if (epochs.some((other) => other > epoch)) return;
    for (const [sha256] of old) {
      stored.delete(sha256);
      await store.remove(`${PIECES}${sha256}`);
      this.#unnamed.delete(sha256);
    }
    for (const other of epochs) if (other < epoch) await store.remove(manifestKey(other));
  }

  #noteUnnamed(sha256: string, named: ReadonlySet<string>): void {
    if (!named.has(sha256) && !this.#unnamed.has(sha256)) this.#unnamed.set(sha256, Date.now());
  }
}

function piecesOf(manifest: Pick<Manifest, 'files' | 'repositories'> | null): Piece[] {
  const { files = [], repositories = [] } = manifest ?? {};
  return [
    ...files.flatMap(({ pieces }) => pieces),
    ...repositories.flatMap(({ bundles }) => bundles.flatMap(({ pieces }) => pieces)),
  ];
}

function omittedIn({ path: folder, omitted }: ArchivedRepository) {
  return omitted.map((omission) => ({ ...omission, path: join(folder, omission.path) }));
}
