import { randomBytes } from 'node:crypto';

/**
 * The id of an event: its place in the log, then the tag of the engine that assigned it. String order is event order.
 * Two logs may have the same sequence, never the same tag: an id is in a log only if both agree.
 */
export interface EventId {
  sequence: number;
  tag: string;
}

export const SEQUENCE_DIGITS = 12;
export const EVENT_ID_LENGTH = 21;

/** An id before every event. */
export const BEFORE_ALL = '000000000000-00000000';

const EVENT_ID = /^(\d{12})-([0-9a-f]{8})$/;

export function formatEventId({ sequence, tag }: EventId): string {
  return `${String(sequence).padStart(SEQUENCE_DIGITS, '0')}-${tag}`;
}

/** Null when the text is no event id. */
export function parseEventId(text: string): EventId | null {
  const match = EVENT_ID.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  return { sequence: Number(match[1]), tag: match[2] };
}

/** The sequence of an id that is known to be one. */
export function sequenceOf(id: string): number {
  return Number(id.slice(0, SEQUENCE_DIGITS));
}

/** A tag for a new incarnation of the engine. */
export function createTag(): string {
  return randomBytes(4).toString('hex');
}
