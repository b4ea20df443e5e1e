import { SEQUENCE_DIGITS, formatEventId, parseEventId, sequenceOf } from './event-id.ts';
import { endAsLost, nameGap, nameLostStart } from './gaps.ts';
import { findFirstId, mendSegment } from './mend-segment.ts';
import { repair, type RepairOptions, type SoundFile } from './repair.ts';
import { Segment } from './segment.ts';
import { ACTIVE_NAME, Segments, createActive, sealedKey } from './segments.ts';

export interface OpenSegmentsOptions extends RepairOptions {
  /** Key of the folder that holds the segments. */
  folder: string;
  /** New lines get sequences above this one. */
  minimumSequence: number;
  tag: string;
}

export interface OpenedSegments {
  segments: Segments;
  /** Id of the last line; where there is none in the range that can be resumed, the id just before its first line. */
  headId: string;
  /** The id just before the first line of the range that can be resumed. */
  originId: string;
}

const SEALED_NAME = /^events-(.+)\.jsonl$/;

/** Opens the files of the journal, repairs them, and works out where the next line goes. */
export async function openSegments(options: OpenSegmentsOptions): Promise<OpenedSegments> {
  const found = await openFiles(options);
  const filled = found.filter(({ segment }) => !segment.isEmpty);
  await nameLostStart(filled[0]?.segment, options);
  for (const [index, before] of filled.entries()) {
    const behind = filled[index + 1]?.segment;
    if (behind !== undefined) await nameGap({ before, behind }, options);
  }
  const known = filled.at(-1)?.segment.lastSequence ?? 0;
  const lost = Math.max(...found.map(({ highestSequence }) => highestSequence), options.minimumSequence);
  const isGap = lost > known;
  if (isGap && lost === options.minimumSequence) reportLoss(options, { known, lost });
  const last = filled.at(-1);
  if (isGap && last !== undefined) await endAsLost(last);
  const active = await openActive(options, {
    last: last?.segment,
    firstSequence: Math.max(known, lost) + 1,
    isGap,
  });
  const sealed = filled.map(({ segment }) => segment).filter((segment) => segment !== active);
  const rangeStart = findRangeStart([...sealed, active]);
  const segments = new Segments({ files: options.files, folder: options.folder, sealed, active, rangeStart });
  const originId = originOf(segments, { rangeStart, tag: options.tag });
  return { segments, originId, headId: isGap ? originId : (last?.lastId ?? originId) };
}

interface FoundFile {
  segment: Segment;
  lastId: string | null;
  highestSequence: number;
}

async function openFiles(options: OpenSegmentsOptions): Promise<FoundFile[]> {
  const names = await options.files.list(options.folder);
  const sealed = names.filter((name) => parseEventId(SEALED_NAME.exec(name)?.[1] ?? '') !== null).toSorted();
  const inOrder = names.includes(ACTIVE_NAME) ? [...sealed, ACTIVE_NAME] : sealed;
  const keyOf = (name: string) => `${options.folder}:${name}`;
  const repaired = await Promise.all(inOrder.map((name) => repair(keyOf(name), options)));
  const found: FoundFile[] = [];
  for (const [index, sound] of repaired.entries()) {
    const name = inOrder[index] ?? '';
    const key = keyOf(name);
    const firstId = nameIdOf(name) ?? sound.firstId ?? (await guessFirstId(sound, found.at(-1)?.segment));
    const file = toFoundFile(key, { ...sound, firstId: sound.bytes === 0 ? null : firstId });
    if (file.segment.isEmpty) await file.segment.release();
    else if (sound.firstId !== firstId) await mendSegment(file.segment, { ...options, foundAs: key });
    if (file.segment.isEmpty && name !== ACTIVE_NAME) await options.files.remove(key);
    found.push(file);
  }
  return found;
}

function nameIdOf(name: string): string | null {
  return SEALED_NAME.exec(name)?.[1] ?? null;
}

/** What the first line of an unsealed file must have been called: it follows the last sealed one, or is not known. */
async function guessFirstId(
  { file, bytes, lastId }: SoundFile,
  before: Segment | undefined,
): Promise<string | null> {
  const tag = lastId?.slice(SEQUENCE_DIGITS + 1) ?? '';
  const firstLeft = await findFirstId(file, bytes);
  if (before === undefined || before.lastSequence >= sequenceOf(firstLeft ?? '')) return firstLeft;
  return formatEventId({ sequence: before.lastSequence + 1, tag });
}

/** What ends before the checkpoint, or is gone: of the damage to a file that is there, repairing has told. */
function reportLoss(
  { files, folder, onDamage }: OpenSegmentsOptions,
  { known, lost }: { known: number; lost: number },
): void {
  const reason = `Of the ${lost} lines that were written, those behind line ${known} are gone.`;
  onDamage({ file: files.pathOf(`${folder}:${ACTIVE_NAME}`), keptAs: null, reason });
}

function toFoundFile(key: string, { file, bytes, firstId, lastId, highestSequence }: SoundFile): FoundFile {
  const firstSequence = firstId === null ? 1 : sequenceOf(firstId);
  const lastSequence = lastId === null ? firstSequence - 1 : sequenceOf(lastId);
  const segment = new Segment({ key, file, firstSequence, firstId, lastSequence, bytes });
  return { segment, lastId, highestSequence };
}

/** Goes on in the active segment; behind a gap, in a new one, because a segment has none. */
async function openActive(
  { files, folder }: OpenSegmentsOptions,
  { last, firstSequence, isGap }: { last: Segment | undefined; firstSequence: number; isGap: boolean },
): Promise<Segment> {
  if (last?.key !== `${folder}:${ACTIVE_NAME}`) return createActive(files, { folder, firstSequence });
  if (!isGap) return last;
  const key = sealedKey(folder, last);
  await last.file.truncate(last.bytes);
  await files.rename(last.key, key);
  last.key = key;
  return createActive(files, { folder, firstSequence });
}

/** The first sequence of the last run of segments without a gap between them. */
function findRangeStart(segments: readonly Segment[]): number {
  const afterGap = segments.findLastIndex((segment, index) => {
    const before = segments[index - 1];
    return before === undefined || before.lastSequence + 1 !== segment.firstSequence;
  });
  return segments[afterGap]?.firstSequence ?? 1;
}

/** Without a line there is no tag to tell one log from another yet, so it is that of this engine. */
function originOf(segments: Segments, { rangeStart, tag }: { rangeStart: number; tag: string }): string {
  const first = segments.oldestId === null ? null : parseEventId(segments.oldestId);
  return formatEventId({ sequence: rangeStart - 1, tag: first?.tag ?? tag });
}
