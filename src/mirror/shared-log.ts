/** Who writes. `epoch` grows with each claim; of two that have the same one, the owner tells which it is. */
export interface Holder {
  owner: string;
  epoch: number;
}

/** Whole groups, as the journal has them; `id` is that of the last line. */
export interface Batch {
  id: string;
  lines: Buffer;
}

export interface Claim {
  owner: string;
  /** The epoch that this owner had before; 0 for none. It gets no other one while somebody has a later one. */
  epoch: number;
  /** It gets an epoch above this one: a log that has lost its claims counts on from there. 0 unless told. */
  above?: number;
  /** The last event that this owner expects there; null for none. What differs is not claimed. */
  headId: string | null;
}

export type Claimed =
  | { kind: 'claimed'; epoch: number; headId: string | null }
  /** Somebody claimed it after us. */
  | { kind: 'taken'; holder: Holder }
  /** Nothing was claimed: another event is the last one. */
  | { kind: 'headDiffers'; headId: string | null };

export interface Append {
  holder: Holder;
  /** The event before the first of the batch; null for none. */
  afterId: string | null;
  /** Null to ask only whose the log is. */
  batch: Batch | null;
}

/** Where a log ends, and whose it is. */
export interface Head {
  holder: Holder;
  headId: string | null;
}

/**
 * A log that outlives the machine of its workspace, as the engine sees it.
 *
 * Guarantees
 * - Groups are whole, in order and once, also when a batch is repeated, or part of it, of which the answer was lost.
 * - Of all who claim, only the last one appends.
 */
export interface SharedLog {
  /** Asking again under the same owner gives the same epoch. */
  claim(claim: Claim): Promise<Claimed>;
  /** False when nothing was appended: the log is another one's by now, or lacks what comes before. */
  append(append: Append): Promise<boolean>;
  /** Null before the first claim. */
  head(): Promise<Head | null>;
  /** The oldest batches with events behind a sequence, so many at most; of the first one only what is behind it. */
  read(range: { after: number; limit: number }): Promise<Batch[]>;
  /** Lets go of batches that end before a sequence. */
  trim(options: { holder: Holder; before: number }): Promise<void>;
  close(): void;
}

/** The shared log does not answer, or not as it should. The message names no credential and quotes no line. */
export class SharedLogError extends Error {
  override readonly name = 'SharedLogError';
}
