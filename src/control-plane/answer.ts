import type { z } from 'zod';
import type { Body } from './read-body.ts';

/** Nothing is known, now: worth another try, not before `retryAfterMs` milliseconds if the other side said so. */
export interface Unavailable {
  kind: 'unavailable';
  reason: string;
  retryAfterMs?: number;
}

/** The credential in an answer. Of one that is none, only the places that are wrong are told, never what stands there. */
export function parseAnswer<T>(
  body: Body,
  schema: z.ZodType<T>,
): { kind: 'issued'; credential: T } | Unavailable {
  if ('flaw' in body) return { kind: 'unavailable', reason: body.flaw };
  const parsed = schema.safeParse(body.value);
  if (parsed.success) return { kind: 'issued', credential: parsed.data };
  const places = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'the answer'} (${code})`);
  return { kind: 'unavailable', reason: `It answered with what is no credential: ${places.join(', ')}.` };
}
