import { constants } from 'node:fs';
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { codeOf } from '../storage/attempt.ts';
import { toLogFile, type LogFile } from '../storage/log-file.ts';
import type { ArchivedFile, Omission } from './manifest.ts';
import { ObjectStoreError } from './object-store.ts';
import type { Pack } from './pieces.ts';

export interface CollectOptions {
  home: string;
  /** Of one file. */
  maxBytes: number;
  known: ReadonlyMap<string, ArchivedFile>;
  pack: Pack;
}

/** What of a file stands at a path: its first bytes, as many as are to be taken. */
export interface HeldFile {
  path: string;
  file: Pick<LogFile, 'read'>;
  bytes: number;
}

/** Files of a home as they get into an archive, and what does not. */
export class FileCollector {
  readonly #options: CollectOptions;
  readonly files: ArchivedFile[] = [];
  readonly omitted: Omission[] = [];

  constructor(options: CollectOptions) {
    this.#options = options;
  }

  /** A file, or all in a folder; nothing where there is nothing. Links are not followed: they may lead to what is not to be archived. */
  async take(path: string): Promise<void> {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => null);
    if (entries === null) return this.#takeFile(path);
    for (const entry of entries)
      if (entry.isFile() || entry.isDirectory()) await this.take(join(path, entry.name));
  }

  /** A part of a file that somebody keeps open, which may be known by another name. */
  async takeHeld({ path, file, bytes }: HeldFile, knownAs: string): Promise<void> {
    const { home, known } = this.#options;
    const name = relative(home, path);
    const before = known.get(name) ?? known.get(relative(home, knownAs));
    const pieces = await this.#options.pack(file, { size: bytes, ...(before && { known: before.pieces }) });
    this.files.push({ path: name, mode: 0o600, size: bytes, mtimeMs: Date.now(), pieces });
  }

  async #takeFile(path: string): Promise<void> {
    const { home } = this.#options;
    const name = relative(home, path);
    if (name.startsWith('..')) return this.#omit({ path, reason: 'outsideOfHome' });
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      await this.#takeOpen(name, handle);
    } catch (error) {
      if (error instanceof ObjectStoreError) throw error;
      const code = codeOf(error) ?? 'changing';
      if (code !== 'ENOENT') this.#omit({ path: name, reason: code });
    } finally {
      await handle?.close();
    }
  }

  async #takeOpen(path: string, handle: FileHandle): Promise<void> {
    const { maxBytes, known, pack } = this.#options;
    const stats = await handle.stat();
    const { size, mtimeMs } = stats;
    if (!stats.isFile()) return;
    if (size > maxBytes) return this.#omit({ path, size, reason: 'fileTooLarge' });
    const before = known.get(path);
    const mode = stats.mode & 0o777;
    const isSame = before?.size === size && before.mtimeMs === mtimeMs;
    const pieces = isSame
      ? before.pieces
      : await pack(toLogFile(handle), { size, ...(before && { known: before.pieces }) });
    this.files.push({ path, mode, size, mtimeMs, pieces });
  }

  #omit(omission: Omission): void {
    this.omitted.push(omission);
  }
}
