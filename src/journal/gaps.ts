/**
 * Where lines are missing between two segments, or before the first one. A lost line at the end of the segment before it
 * says that this was told, or where the log begins.
 */
import { readRange, writeAll } from '../storage/log-file.ts';
import { SEQUENCE_DIGITS, formatEventId } from './event-id.ts';
import { encodeLostLine, isLostLine } from './event-line.ts';
import type { RepairOptions } from './repair.ts';
import type { Segment } from './segment.ts';
import { readLogStart, noteLogStart } from './log-start.ts';
import { ACTIVE_NAME, sealedKey } from './segments.ts';

export interface Neighbours {
  before: { segment: Segment; lastId: string | null };
  behind: Segment;
}

type GapOptions = RepairOptions & { folder: string };

const LONGEST_LOST_LINE = 1_024;

/** Tells of segments that are gone from the beginning of the log, once. */
export async function nameLostStart(
  oldest: Segment | undefined,
  { files, folder, onDamage }: GapOptions,
): Promise<void> {
  const start = await readLogStart(files, folder);
  if (oldest === undefined || start === null || oldest.firstSequence <= start) return;
  await noteLogStart(files, folder, oldest.firstSequence);
  const reason = `The lines ${start} to ${oldest.firstSequence - 1}, with which the log began, are gone.`;
  onDamage({ file: files.pathOf(`${folder}:${ACTIVE_NAME}`), keptAs: null, reason });
}

/** Tells of a segment that is gone from between two others, once. */
export async function nameGap({ before, behind }: Neighbours, options: GapOptions): Promise<void> {
  const { segment } = before;
  const [first, last] = [segment.lastSequence + 1, behind.firstSequence - 1];
  if (first > last || (await endsLost(segment))) return;
  const firstId = lostIdBehind(before);
  await endAsLost(before);
  const file = options.files.pathOf(sealedKey(options.folder, { firstId }));
  options.onDamage({ file, keptAs: null, reason: `The lines ${first} to ${last} of the log are gone.` });
}

/** Behind the last line of a segment come some that are lost, as was told. */
export async function endAsLost(before: Neighbours['before']): Promise<void> {
  const { segment } = before;
  const bytes = encodeLostLine(lostIdBehind(before));
  await writeAll(segment.file, { bytes, position: segment.bytes });
  await segment.file.datasync();
  segment.bytes += bytes.length;
  segment.lastSequence += 1;
}

function lostIdBehind({ segment, lastId }: Neighbours['before']): string {
  return formatEventId({ sequence: segment.lastSequence + 1, tag: lastId?.slice(SEQUENCE_DIGITS + 1) ?? '' });
}

async function endsLost({ file, bytes: size }: Segment): Promise<boolean> {
  const end = await readRange(file, { from: Math.max(0, size - LONGEST_LOST_LINE), to: size });
  return isLostLine(end, end.lastIndexOf('\n', -2) + 1);
}
