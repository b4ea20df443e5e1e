import type { z } from 'zod';
import { parseJson } from '../contract/parse-json.ts';
import type { Codec } from './credential-file.ts';

/** A JSON object of which a schema names the keys that matter; it must let the others pass. */
export function jsonCodec<Content extends object>(
  schema: z.ZodType<Content>,
  { empty, format = compact }: { empty: Content; format?: (content: Content) => string },
): Codec<Content> {
  return { empty, format, parse: (text) => schema.safeParse(text.trim() === '' ? {} : parseJson(text)).data };
}

/** As `JSON.stringify(value, null, 2)` writes it. */
export function indented(content: unknown): string {
  return JSON.stringify(content, null, 2);
}

function compact(content: unknown): string {
  return JSON.stringify(content);
}
