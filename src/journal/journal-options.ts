import type { EngineEventBody } from '../contract/events.ts';
import type { AtomicFiles } from '../storage/atomic-files.ts';
import type { Allocate } from '../storage/reserve.ts';
import type { OnDamage } from '../storage/set-aside.ts';

export type PartialBody = EngineEventBody<'chat.turn.partial'>;

/** A live event on its way through the queue: not stored, `id` is that of the last stored event before it. */
export type PassedEvent = PartialBody & { id: string; ts: string };

/** Lines that are on disk now, whole groups, in order; a passed event belongs before the byte at its `offset`. */
export interface CommittedLines {
  bytes: Buffer;
  passed: readonly { offset: number; note: PassedEvent }[];
}

/** Whether a reader can resume after an id: `expired` is older than what is kept, `unknown` is not in this log. */
export type Finding = 'found' | 'expired' | 'unknown' | 'malformed';

/** Lines that somebody is still to be told of. Their segments are kept, up to twice `eventLogBytes`. */
export interface Owed {
  /** From which sequence on; null when nothing is owed. */
  from(): number | null;
  /** Awaited before lines up to a sequence go although they are owed. Must not wait for `committed`. */
  giveUp(lastSequence: number): Promise<void>;
}

export interface JournalOptions {
  files: AtomicFiles;
  /** Key of the folder that holds `events.jsonl` and the sealed segments. */
  folder: string;
  /** Bytes to keep in all, 1 GiB unless told; the oldest segments go first. */
  eventLogBytes?: number;
  /** At this size the active segment is sealed, 64 MiB unless told, never more than a quarter of all. */
  segmentBytes?: number;
  /** New ids are above this sequence: the highest one that any projection knows. */
  minimumSequence?: number;
  /** Awaited before segments are removed. Must not wait for `committed`. */
  beforeDrop?: () => Promise<void>;
  owed?: Owed;
  onDamage: OnDamage;
  /** The disk lost what it had accepted: the process must end. */
  onFatal: (error: unknown) => void;
  /** Something failed that is being tried again: for the log of the engine. */
  onTrouble?: (error: unknown) => void;
  now?: () => Date;
  createTag?: () => string;
  allocate?: Allocate;
  retryEveryMs?: number;
  delay?: (milliseconds: number) => Promise<unknown>;
}

export type StreamResetReason = Exclude<Finding, 'found'> | 'damaged';
