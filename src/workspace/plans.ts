import type { Plan, PlanSummary } from '../contract/plans.ts';
import { EngineError } from '../errors.ts';
import type { Paths } from '../environment/paths.ts';
import { listFiles, newestFirst, readFolderFile } from './folder-files.ts';

type PlanFolder = Paths['plans'][number];

/** A longer plan is cut there and marked. */
const CONTENT_BYTES = 4 * 1024 * 1024;

/** The plans in all folders, newest first. */
export async function listPlans(folders: readonly PlanFolder[]): Promise<PlanSummary[]> {
  const lists = await Promise.all(
    folders.map(async ({ folder, source }) =>
      (await listFiles(folder, isPlanName)).map((file) => ({ ...file, source })),
    ),
  );
  return lists.flat().toSorted(newestFirst);
}

/**
 * One plan; the newest where two folders have one of this name.
 * @throws {EngineError} `PLAN_NOT_FOUND`, also for names that lead elsewhere.
 */
export async function readPlan(folders: readonly PlanFolder[], filename: string): Promise<Plan> {
  const plans = isPlanName(filename)
    ? await Promise.all(folders.map((folder) => readFrom(folder, filename)))
    : [];
  const [newest] = plans.filter((plan) => plan !== undefined).toSorted(newestFirst);
  if (newest === undefined) throw new EngineError('PLAN_NOT_FOUND', { filename });
  return newest;
}

function isPlanName(name: string): boolean {
  return name.endsWith('.md');
}

async function readFrom({ folder, source }: PlanFolder, filename: string): Promise<Plan | undefined> {
  const found = await readFolderFile(folder, filename, (sizeBytes) => Math.min(sizeBytes, CONTENT_BYTES));
  if (found === undefined) return undefined;
  const { file, bytes } = found;
  const isCut = file.sizeBytes > bytes.length;
  // As a stream: half a character at the end of a cut is left out.
  const content = new TextDecoder().decode(bytes, { stream: isCut });
  return { ...file, source, content, ...(isCut && { truncated: true }) };
}
