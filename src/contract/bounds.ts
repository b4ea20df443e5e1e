import { z } from 'zod';

/** The last moment that ISO 8601 writes with four digits of a year. */
export const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Milliseconds since 1970, of a moment that a date can be made of. */
export const EpochMsSchema = z.number().min(0).max(LATEST_MS);

/** Seconds since 1970, likewise. */
export const EpochSecondsSchema = z
  .number()
  .min(0)
  .max(LATEST_MS / 1000);

/** A wait that somebody else names: a year at most. */
export const WaitMsSchema = z
  .number()
  .min(0)
  .max(366 * 86_400_000);

/** How many or how much of something, as somebody else counted it. */
export const AmountSchema = z.number().min(0).max(Number.MAX_SAFE_INTEGER);

/** What goes into headers, files and variables of the environment of others, which the system takes up to 128 KiB. */
export const SecretSchema = z
  .string()
  .min(1)
  .max(64 * 1024)
  .regex(/^[\x21-\x7e]+$/);

/** A moment as a date of which ISO 8601 can be made, whatever a file system says. */
export function toDate(ms: number): Date {
  return new Date(Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), LATEST_MS));
}
