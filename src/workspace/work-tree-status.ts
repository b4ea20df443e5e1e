import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { stampFiles } from './file-stamps.ts';
import type { Git } from './git.ts';

/** What differs between HEAD, the index and the files. Paths are bytes, one character each (latin1). */
export interface WorkTreeStatus {
  /** Null before the first commit. */
  head: string | null;
  tracked: string[];
  untracked: string[];
  /** The same as long as HEAD, the index and the changed files are. Null when it cannot be relied on. */
  fingerprint: string | null;
}

/** So many changed files are looked at one by one. */
const FILES_MAX = 20_000;

/** So many are known the next time, per repository. */
const KNOWN_MAX = 1_000;

const ARGS = [
  'status --porcelain=v2 --branch -z --no-renames',
  '--untracked-files=all --ignore-submodules=dirty',
].flatMap((options) => options.split(' '));

interface Reading {
  status: Omit<WorkTreeStatus, 'fingerprint'>;
  output: Buffer;
  /** Absolute paths of what was changed. */
  files: Buffer[];
}

/** One `git status` per look, and a look at each changed file. */
export class WorkTreeStatusReader {
  readonly #git: Git;
  /** What git said the last time, by folder. */
  readonly #known = new Map<string, Reading>();

  constructor(git: Git) {
    this.#git = git;
  }

  /**
   * `unwanted` ends it in the middle.
   * @throws {RepositoryError} when git cannot tell.
   */
  async read(folder: string, { unwanted }: { unwanted?: AbortSignal } = {}): Promise<WorkTreeStatus> {
    const asked = this.#git(folder, ARGS, { unwanted }).catch((error: unknown) => {
      this.#known.delete(folder);
      throw error;
    });
    const known = this.#known.get(folder) ?? NOTHING_KNOWN;
    // Most often they are the same again, so they are looked at while git is.
    const [{ stdout, ended }, stamps] = await Promise.all([asked, stampFiles(known.files)]);
    if (stdout.equals(known.output)) return statusOf(known, stamps);
    const reading = parse(folder, stdout);
    this.#keep(folder, reading);
    const isReliable = ended === 'exited' && reading.files.length <= FILES_MAX;
    return statusOf(reading, isReliable ? await stampFiles(reading.files) : null);
  }

  #keep(folder: string, reading: Reading): void {
    if (reading.files.length <= KNOWN_MAX) this.#known.set(folder, reading);
    else this.#known.delete(folder);
  }
}

const NOTHING_KNOWN: Reading = {
  status: { head: null, tracked: [], untracked: [] },
  output: Buffer.alloc(0),
  files: [],
};

function statusOf({ status, output }: Reading, stamps: string | null): WorkTreeStatus {
  if (stamps === null) return { ...status, fingerprint: null };
  return { ...status, fingerprint: createHash('sha1').update(output).update(stamps).digest('hex') };
}

/** Fields before the path of a record, by its kind. */
const FIELDS: Record<string, number> = { '1': 8, u: 10 };

function parse(folder: string, output: Buffer): Reading {
  const records = output.toString('latin1').split('\0');
  const oid = records.find((record) => record.startsWith('# branch.oid '))?.slice('# branch.oid '.length);
  const tracked: string[] = [];
  const untracked: string[] = [];
  for (const record of records) {
    const kind = record.slice(0, record.indexOf(' '));
    if (kind === '?') untracked.push(record.slice(2));
    else if (kind in FIELDS) tracked.push(record.split(' ').slice(FIELDS[kind]).join(' '));
  }
  const root = Buffer.from(join(folder, '/'));
  const files = [...tracked, ...untracked].map((path) => Buffer.concat([root, Buffer.from(path, 'latin1')]));
  const head = oid === undefined || oid.startsWith('(') ? null : oid;
  return { status: { head, tracked, untracked }, output, files };
}
