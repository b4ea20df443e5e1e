const LONGEST_MS = 60 * 60 * 1000;

/**
 * How many milliseconds `Retry-After` asks to wait, at most an hour; undefined when it says nothing. A date is
 * taken against the `Date` of the same answer, so that a clock that is wrong on either side does not matter.
 */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  const wait = /^\d{1,9}$/.test(value)
    ? Number(value) * 1000
    : Date.parse(value) - (Date.parse(headers.get('date') ?? '') || now);
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(0, wait), LONGEST_MS);
}
