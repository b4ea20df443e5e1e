import { createHash } from 'node:crypto';

export type Attributes = Record<string, string | number>;

/** Something that took time. `error.type` among its attributes says that it failed. */
export interface TracedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  name: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt: number;
  attributes: Attributes;
}

export type OpenedSpan = Omit<TracedSpan, 'endedAt'>;

/** Ids are made of what is traced, so that every engine gives the same ones. */
export const traceIdOf = (...parts: string[]) => digestOf(parts).slice(0, 32);
export const spanIdOf = (...parts: string[]) => digestOf(parts).slice(0, 16);

/** A span that continues no trace. */
export function rootOf(
  name: string,
  { parts, ...rest }: { parts: string[]; startedAt: number; attributes: Attributes },
): OpenedSpan {
  return { traceId: traceIdOf(...parts), spanId: spanIdOf(...parts), parentSpanId: null, name, ...rest };
}

/** Attributes that have a value. */
export function present(attributes: Record<string, string | number | undefined>): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  );
}

function digestOf(parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
