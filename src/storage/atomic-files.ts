import { link, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createStorage, type Driver, type Storage } from 'unstorage';
import fsLite from 'unstorage/drivers/fs-lite';
import { openLogFile, type LogFile, type OpenLogFile } from './log-file.ts';
import { clearPlaceOfFile, isOpenable, makeWayForFile, makeWayForFolder } from './make-way.ts';
import { TEMPORARY_SUFFIX, replaceFile, syncFolder, type FileContent } from './replace-file.ts';
import { isSetAside, setAside, type OnDamage } from './set-aside.ts';
import { codeOf } from './attempt.ts';

export interface AtomicFilesOptions {
  /** Folder below which every key is a path. */
  base: string;
  openFile?: OpenLogFile;
  /** Told of what stood in the place of a file or a folder and was set aside. */
  onDamage?: OnDamage;
}

/** What a key-value storage cannot say: files that grow, are renamed and are read by position. */
export interface AtomicFiles {
  pathOf(key: string): string;
  /** Opens the file of a key, creating it and its folder when missing. */
  open(key: string): Promise<LogFile>;
  /** Names in the folder of a key, without what was set aside; none when there is no such folder. */
  list(folder: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  /** Gives what a key holds now, if it holds something, a second name, in the place of what had that before. */
  keep(key: string, as: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Removes what interrupted replacements left in these folders. */
  sweep(folders: readonly string[]): Promise<void>;
}

export interface EngineStorage {
  storage: Storage;
  files: AtomicFiles;
}

export function createEngineStorage(options: AtomicFilesOptions): EngineStorage {
  const files = createFiles(options);
  return { storage: createStorage({ driver: createDriver(options.base, files) }), files };
}

/**
 * unstorage's file driver, made safe: a value is replaced as a whole and durably, calls for one key run one after the
 * other, and errors are thrown instead of returned.
 */
function createDriver(base: string, files: DriverFiles): Driver {
  const inner = fsLite({ base, noClear: true });
  const inOrder = createSerializer();
  const replace = (key: string, value: FileContent) =>
    inOrder(key, async () => replaceFile(await files.way(key), value));
  return {
    ...inner,
    name: 'atomic-files',
    getItem: async (key) => (await files.read(key))?.toString('utf8') ?? null,
    getItemRaw: (key) => files.read(key),
    setItem: replace,
    setItemRaw: replace,
    removeItem: (key) => inOrder(key, () => files.remove(key)),
    getKeys: async (prefix, limits) => (await inner.getKeys(prefix, limits)).filter(isInPlace),
  };
}

interface DriverFiles extends AtomicFiles {
  read(key: string): Promise<Buffer | null>;
  /** The path of a key, with nothing in its way that is no file. */
  way(key: string): Promise<string>;
}

function createFiles({
  base,
  openFile = openLogFile,
  onDamage = () => undefined,
}: AtomicFilesOptions): DriverFiles {
  const pathOf = (key: string) => toPath(base, key);
  const clearance = { below: dirname(resolve(base)), onDamage };
  const way = async (key: string) => {
    await makeWayForFile(pathOf(key), clearance);
    return pathOf(key);
  };
  return {
    pathOf,
    way,
    open: async (key) => openFile((await isOpenable(pathOf(key))) ? pathOf(key) : await way(key)),
    read: async (key) => {
      const path = await way(key);
      const size = await stat(path).then(
        (found) => found.size,
        () => 0,
      );
      if (size <= LONGEST_BYTES) return readIfThere(path);
      onDamage(await setAside(path, 'It is longer than any file that the engine writes as a whole.'));
      return null;
    },
    list: async (folder) => {
      await makeWayForFolder(pathOf(folder), clearance);
      return (await readdir(pathOf(folder))).filter((name) => isInPlace(name) && !isSetAside(name));
    },
    rename: async (from, to) => {
      await rename(pathOf(from), await way(to));
      await syncFolder(dirname(pathOf(to)));
    },
    keep: async (key, as) => {
      const temporary = `${pathOf(as)}${TEMPORARY_SUFFIX}`;
      await rm(temporary, { force: true });
      if (await isLinked(await way(key), temporary)) await rename(temporary, await way(as));
    },
    remove: async (key) => {
      await clearPlaceOfFile(pathOf(key), clearance);
      await rm(pathOf(key), { force: true });
    },
    sweep: async (folders) => void (await Promise.all(folders.map((folder) => sweepFolder(pathOf(folder))))),
  };
}

/** What is read as a whole must fit into memory, and into one string. */
const LONGEST_BYTES = 256 << 20;

function toPath(base: string, key: string): string {
  const segments = key.split(/[:/]/);
  if (segments.includes('..')) throw new Error(`Key "${key}" leaves its folder.`);
  return join(resolve(base), ...segments);
}

/** Null when it is not there; what the disk throws otherwise. */
export async function readIfThere(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Gives a file a second name; false when it is not there. */
async function isLinked(file: string, as: string): Promise<boolean> {
  try {
    await link(file, as);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function sweepFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []); // a folder that is not there has nothing to sweep
  const stale = names.filter((name) => !isInPlace(name));
  await Promise.all(stale.map((name) => rm(join(folder, name), { force: true, recursive: true })));
}

function isInPlace(name: string): boolean {
  return !name.endsWith(TEMPORARY_SUFFIX);
}

/** Runs the work of one key in the order of the calls; keys do not wait for each other. */
function createSerializer() {
  const tails = new Map<string, Promise<unknown>>();
  return <Result>(key: string, work: () => Promise<Result>): Promise<Result> => {
    const result = (tails.get(key) ?? Promise.resolve()).then(work);
    const tail = result.catch(() => undefined); // the caller hears of it; the next one starts all the same
    tails.set(key, tail);
    void tail.then(() => tails.get(key) === tail && tails.delete(key));
    return result;
  };
}
