import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { toDate } from '../contract/bounds.ts';
import type { Plan, PlanSummary } from '../contract/plans.ts';
import { EngineError } from '../errors.ts';
import type { Paths } from '../paths.ts';

type PlanFolder = Paths['plans'][number];

/** A longer plan is cut there and marked. */
const CONTENT_BYTES = 4 * 1024 * 1024;

/** The plans in all folders, newest first. */
export async function listPlans(folders: readonly PlanFolder[]): Promise<PlanSummary[]> {
  const lists = await Promise.all(folders.map(listFolder));
  return lists.flat().toSorted((one, other) => (one.updatedAt < other.updatedAt ? 1 : -1));
}

/**
 * One plan; the newest where two folders have one of this name.
 * @throws {EngineError} `PLAN_NOT_FOUND`, also for names that lead elsewhere.
 */
export async function readPlan(folders: readonly PlanFolder[], filename: string): Promise<Plan> {
  const plans = isPlanName(filename)
    ? await Promise.all(folders.map((folder) => readFrom(folder, filename)))
    : [];
  const [newest] = plans
    .filter((plan) => plan !== undefined)
    .toSorted((one, other) => (one.updatedAt < other.updatedAt ? 1 : -1));
  if (newest === undefined) throw new EngineError('PLAN_NOT_FOUND', { filename });
  return newest;
}

async function listFolder(folder: PlanFolder): Promise<PlanSummary[]> {
  const names = await readdir(folder.folder).catch(() => []); // nobody has planned anything yet
  const plans = await Promise.all(names.filter(isPlanName).map((name) => summarize(folder, name)));
  return plans.filter((plan) => plan !== undefined);
}

/** One folder entry, not hidden, with nothing in its name that a file system or a URL reads as something else. */
function isPlanName(name: string): boolean {
  return /^[^./\\\0][^/\\\0]*\.md$/.test(name);
}

async function summarize(folder: PlanFolder, filename: string): Promise<PlanSummary | undefined> {
  const path = await pathWithin(folder.folder, filename);
  const seen = path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (!seen?.isFile()) return undefined;
  return {
    filename,
    source: folder.source,
    sizeBytes: seen.size,
    updatedAt: toDate(seen.mtimeMs).toISOString(),
  };
}

/** Undefined for what is not there and for links that leave the folder. */
async function pathWithin(folder: string, filename: string): Promise<string | undefined> {
  try {
    const [path, root] = await Promise.all([realpath(join(folder, filename)), realpath(folder)]);
    return dirname(path) === root ? join(root, basename(path)) : undefined;
  } catch {
    return undefined; // missing, or a link to nowhere or to itself
  }
}

async function readFrom({ folder, source }: PlanFolder, filename: string): Promise<Plan | undefined> {
  const path = await pathWithin(folder, filename);
  if (path === undefined) return undefined;
  // Not through a link that took the file's place meanwhile, and not waiting for a pipe's other end.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const seen = await file.stat();
    if (!seen.isFile()) return undefined;
    const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(seen.size, CONTENT_BYTES)), {
      position: 0,
    });
    const isCut = seen.size > bytesRead;
    // As a stream: half a character at the end of a cut is left out.
    const content = new TextDecoder().decode(buffer.subarray(0, bytesRead), { stream: isCut });
    const summary = { filename, source, sizeBytes: seen.size, updatedAt: toDate(seen.mtimeMs).toISOString() };
    return { ...summary, content, ...(isCut && { truncated: true }) };
  } finally {
    await file.close();
  }
}
