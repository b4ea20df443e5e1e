import type { z } from 'zod';
import { parseJson } from '../contract/parse-json.ts';
import type { Codec } from './credential-file.ts';

/** A JSON object of which a schema names the keys that matter; it must let the others pass. `indent`: as `JSON.stringify` takes it. */
export function jsonCodec<Content extends object>(schema: z.ZodType<Content>, indent = 0): Codec<Content> {
  return {
    get empty() {
      return schema.parse({});
    },
    format: (content) => JSON.stringify(content, null, indent),
    parse: (text) => schema.safeParse(text.trim() === '' ? {} : parseJson(text)).data,
  };
}
