import { webcrypto } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { readRange, type LogFile } from '../storage/log-file.ts';
import { makeFolder } from '../storage/make-folder.ts';
import { TEMPORARY_SUFFIX, syncFolder } from '../storage/replace-file.ts';
import type { Piece } from './manifest.ts';
import type { ObjectStore } from './object-store.ts';

/** So much of a file is in a piece at most, which bounds what is in memory. */
export const PIECE_BYTES = 4 * 1024 * 1024;

/** A file that grew so often is joined anew, except for its whole pieces. */
const SMALL_PIECES = 32;

export const PIECES = 'pieces/';

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** What is archived is not as it was written, or gone. */
export class DamagedPieceError extends Error {
  override readonly name = 'DamagedPieceError';
}

export interface PackOptions {
  size: number;
  /** The pieces it had before: what of them still holds is kept. */
  known?: readonly Piece[];
}

/** Puts the pieces of a file that the store does not have yet. */
export type Pack = (file: Pick<LogFile, 'read'>, options: PackOptions) => Promise<Piece[]>;

/** `stored` names the pieces that the store has; what is sent is added to it. */
export function createPack(store: ObjectStore, stored: Set<string>): Pack {
  async function send(bytes: Buffer): Promise<Piece> {
    const sha256 = await digestOf(bytes);
    if (!stored.has(sha256)) {
      await store.put(`${PIECES}${sha256}`, await zip(bytes, { level: 1 }));
      stored.add(sha256);
    }
    return { sha256, size: bytes.length };
  }
  return async (file, { size, known = [] }) => {
    const pieces = await keep(file, { size, known });
    for (let from = sizeOf(pieces); from < size; from = sizeOf(pieces)) {
      pieces.push(await send(await readRange(file, { from, to: Math.min(size, from + PIECE_BYTES) })));
    }
    return pieces;
  };
}

export interface UnpackOptions {
  path: string;
  mode: number;
  /** Told how much of it has come since the last time. */
  onBytes?: (count: number) => void;
}

/**
 * Puts a file of these pieces in its place, as a whole and durably.
 * @throws {DamagedPieceError} and what the store and the disk throw.
 */
export async function unpackFile(
  store: ObjectStore,
  pieces: readonly Piece[],
  { path, mode, onBytes }: UnpackOptions,
): Promise<void> {
  await makeFolder(dirname(path), 0o700);
  const temporary = `${path}${TEMPORARY_SUFFIX}`;
  await rm(temporary, { force: true });
  const handle = await open(temporary, 'wx', mode);
  try {
    for (const piece of pieces) {
      await handle.writeFile(await readPiece(store, piece));
      onBytes?.(piece.size);
    }
    await handle.chmod(mode); // the umask may have taken bits away
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

async function readPiece(store: ObjectStore, { sha256, size }: Piece): Promise<Buffer> {
  const stored = await store.get(`${PIECES}${sha256}`);
  if (stored === null) throw new DamagedPieceError(`The piece ${sha256} of the archive is gone.`);
  const bytes = await unzip(stored, { maxOutputLength: PIECE_BYTES }).catch(() => null);
  if (bytes?.length !== size || (await digestOf(bytes)) !== sha256)
    throw new DamagedPieceError(`The piece ${sha256} of the archive is damaged.`);
  return bytes;
}

/** The first of the known pieces that the file still begins with. */
async function keep(file: Pick<LogFile, 'read'>, { size, known = [] }: PackOptions): Promise<Piece[]> {
  const kept: Piece[] = [];
  for (const piece of known) {
    const from = sizeOf(kept);
    if (from + piece.size > size) break;
    const bytes = await readRange(file, { from, to: from + piece.size });
    if ((await digestOf(bytes)) !== piece.sha256) break;
    kept.push(piece);
  }
  const small = kept.filter((piece) => piece.size < PIECE_BYTES).length;
  return small <= SMALL_PIECES
    ? kept
    : kept.slice(
        0,
        kept.findIndex((piece) => piece.size < PIECE_BYTES),
      );
}

function sizeOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { size }) => sum + size, 0);
}

/** Beside the event loop. */
async function digestOf(bytes: Buffer): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
}
