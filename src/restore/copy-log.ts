import type { RestoreProgress } from '../contract/status.ts';
import { sequenceOf } from '../journal/event-id.ts';
import { readId } from '../journal/event-line.ts';
import { repair } from '../journal/repair.ts';
import { ACTIVE_NAME } from '../journal/segments.ts';
import type { SharedLog } from '../mirror/shared-log.ts';
import { LogWriter, type LogWriterOptions } from './log-writer.ts';

export interface CopyLogOptions extends LogWriterOptions {
  /** Where the shared log ends; null when it has nothing. */
  headId: string | null;
  onProgress: (progress: Pick<RestoreProgress, 'percent' | 'bytes'>) => void;
}

/** What is read of the shared log at a time. */
const READ_BYTES = 4 << 20;
const READ_BATCHES = 128; // small ones may be followed by large ones

/** Writes what the shared log has behind the log that is there already, or all of it. */
export async function copyLog(log: SharedLog, options: CopyLogOptions): Promise<void> {
  const { headId, onProgress } = options;
  const writer = await continueLog(options);
  const [begun, last] = [sequenceOf(writer.lastId || '0'), sequenceOf(headId ?? '0')];
  let [first, bytes, limit] = [begun, 0, 10];
  try {
    for (let after = begun; ;) {
      const batches = await log.read({ after, limit });
      const [start, end] = [batches[0], batches.at(-1)];
      if (start === undefined || end === undefined) break;
      for (const batch of batches) await writer.add(batch);
      const size = batches.reduce((sum, { lines }) => sum + lines.length, 0);
      limit = Math.min(READ_BATCHES, Math.max(1, Math.round((batches.length * READ_BYTES) / size)));
      first ||= sequenceOf(readId(start.lines, 0)) - 1;
      after = sequenceOf(end.id);
      bytes += size;
      // Of a workspace that was archived this is the last moment.
      const percent = begun > 0 ? 100 : Math.floor((100 * (after - first)) / Math.max(1, last - first));
      onProgress({ percent, bytes });
    }
  } finally {
    await writer.close();
  }
  if (sequenceOf(writer.lastId || '0') < last)
    throw new Error(`The shared log ends with ${headId}, but what is before that is nowhere to be found.`);
}

/** Behind the last whole group of what came with the archive. */
async function continueLog(options: CopyLogOptions): Promise<LogWriter> {
  const { files, folder } = options;
  const segments = (await files.list(folder)).filter((name) => SEGMENT.test(name)).toSorted();
  for (const name of segments.toReversed()) {
    const repairing = { files, onDamage: () => undefined };
    const { file, bytes, firstId, lastId } = await repair(`${folder}:${name}`, repairing);
    await file.close();
    if (firstId === null || lastId === null) continue;
    return new LogWriter(options, name === ACTIVE_NAME ? { firstId, lastId, bytes } : { ...SEALED, lastId });
  }
  return new LogWriter(options);
}

/** In this order the active one comes last. */
const SEGMENT = /^events(?:-.+)?\.jsonl$/;
const SEALED = { firstId: '', bytes: 0 };
