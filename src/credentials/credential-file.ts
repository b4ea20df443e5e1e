import { chmod, lstat, readdir, readlink, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { makeWayForFile } from '../storage/make-way.ts';
import { readIfFile } from '../storage/read-if-file.ts';
import { TEMPORARY_SUFFIX, replaceFile } from '../storage/replace-file.ts';
import { setAside, type OnDamage } from '../storage/set-aside.ts';
import { readIfThere } from '../storage/atomic-files.ts';

/** How the content of one kind of file is read and written, without touching what it does not know. */
export interface Codec<Content> {
  /** Undefined when it is not such a file. */
  parse(text: string): Content | undefined;
  format(content: Content): string;
  /** Of a file that is not there. */
  readonly empty: Content;
}

export interface CredentialFileOptions<Content> {
  path: string;
  codec: Codec<Content>;
  /** Told when something could not be read and was set aside. */
  onDamage: OnDamage;
  /** The folder above which nothing is set aside; that of the file unless told. */
  below?: string;
  /** Whether the folder holds nothing for others, so that it is closed to them. */
  isFolderPrivate?: boolean;
  /** Puts the new content in place. */
  replace?: (file: string, text: string) => Promise<void>;
}

const LINKS_MAX = 10;

/** A file of credentials that others read and write too. Updates of this engine run one after the other. */
export class CredentialFile<Content> {
  readonly #options: CredentialFileOptions<Content>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: CredentialFileOptions<Content>) {
    this.#options = options;
  }

  get path(): string {
    return this.#options.path;
  }

  /** What it holds now; as if it were empty when it is not there or cannot be understood. */
  read(): Content {
    const { path, codec } = this.#options;
    const text = readIfFile(path);
    return (text === null ? undefined : codec.parse(text)) ?? codec.empty;
  }

  /** Rewrites it as a whole, through a link where it is one, unless nothing changes. Rejects when the disk refuses. */
  update(change: (content: Content) => Content): Promise<void> {
    const update = this.#last.then(() => this.#update(change));
    this.#last = update.catch(() => undefined); // the caller hears of it; the next one starts all the same
    return update;
  }

  /** Removes what an engine that was killed while it wrote left beside the file. */
  async sweep(): Promise<void> {
    const file = await this.#clearWay();
    const names = await readdir(dirname(file)).catch(() => []); // no folder, nothing to sweep
    const stale = names.filter(
      (name) => name.startsWith(`${basename(file)}.`) && name.endsWith(TEMPORARY_SUFFIX),
    );
    await Promise.all(stale.map((name) => rm(join(dirname(file), name), { force: true })));
  }

  async #update(change: (content: Content) => Content): Promise<void> {
    const { path, codec, replace = replaceFile } = this.#options;
    const file = await this.#clearWay();
    const text = (await readIfThere(file))?.toString('utf8') ?? null;
    const before = text === null ? codec.empty : (codec.parse(text) ?? (await this.#setAside(file)));
    const after = codec.format(change(before));
    if (after !== text || !(await isPrivate(file))) await replace(file, after);
    if (this.#options.isFolderPrivate) await closeFolder(dirname(path));
  }

  /** Where the file is, or will be: with nothing else in its place. */
  async #clearWay(): Promise<string> {
    const { path, onDamage, below = dirname(path) } = this.#options;
    const file = (await targetOf(path)) ?? path; // a ring of links is in the way itself
    await makeWayForFile(file, { below, onDamage });
    return file;
  }

  async #setAside(file: string): Promise<Content> {
    const { codec, onDamage } = this.#options;
    onDamage(await setAside(file, 'It could not be understood.'));
    return codec.empty;
  }
}

/** Where a chain of links ends, also when nothing is there yet; null where it does not end. */
async function targetOf(path: string): Promise<string | null> {
  let file = path;
  for (let links = 0; links < LINKS_MAX; links += 1) {
    const status = await lstat(file).catch(() => null); // nothing there: that is where it will be
    if (!status?.isSymbolicLink()) return file;
    file = resolve(dirname(file), await readlink(file));
  }
  return null;
}

async function isPrivate(file: string): Promise<boolean> {
  const { mode } = await stat(file);
  return (mode & 0o077) === 0;
}

/** A folder that was made with other permissions; a link to one is left as it is. */
async function closeFolder(folder: string): Promise<void> {
  const status = await lstat(folder);
  if (status.isDirectory() && (status.mode & 0o077) !== 0) await chmod(folder, 0o700).catch(() => undefined); // not ours
}
