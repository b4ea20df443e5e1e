import { z } from 'zod';
import { EXAMPLES, FIELD_EXAMPLES, FORMAT_EXAMPLES, PAYLOAD_EXAMPLES } from '../contract/examples.ts';

type Json = Record<string, unknown>;

/** Part of a JSON Schema, as far as examples need it. */
interface Schema {
  $ref?: string;
  const?: unknown;
  enum?: unknown[];
  examples?: unknown[];
  default?: unknown;
  type?: string | string[];
  format?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minimum?: number;
  exclusiveMinimum?: number;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

/** An example of what a schema of ours describes. */
export function sampleOf(schema: z.core.$ZodType): unknown {
  const { $defs = {}, ...root } = z.toJSONSchema(schema);
  return sample(root as Schema, $defs);
}

/** An example of what a JSON Schema describes: what must be there, with values as they come. */
export function sample(schema: Schema, components: Json, name = ''): unknown {
  if (schema.$ref !== undefined) {
    const id = schema.$ref.split('/').at(-1) ?? '';
    return EXAMPLES[id] ?? sample((components[id] ?? {}) as Schema, components, name);
  }
  if ('const' in schema) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if ('default' in schema) return schema.default;
  if (schema.examples !== undefined) return schema.examples[0];
  const [choice] = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  if (choice !== undefined) return sample(choice, components, name);
  if (schema.allOf !== undefined) return mergeAll(schema.allOf.map((part) => sample(part, components, name)));
  return sampleOfType(schema, components, name);
}

function sampleOfType(schema: Schema, components: Json, name: string): unknown {
  const types = [schema.type].flat();
  const [type] = types;
  if (name in FIELD_EXAMPLES && typesOf(FIELD_EXAMPLES[name]).some((each) => types.includes(each)))
    return FIELD_EXAMPLES[name];
  if (type === 'string') return FORMAT_EXAMPLES[schema.format ?? ''] ?? 'text';
  if (type === 'integer' || type === 'number') return smallest(schema);
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  if (type === 'array') return schema.items === undefined ? [] : [sample(schema.items, components, name)];
  const required = (schema.required ?? []).flatMap((key) => {
    const property = schema.properties?.[key];
    return property === undefined ? [] : [[key, sample(property, components, key)] as const];
  });
  const payload = PAYLOAD_EXAMPLES[String(schema.properties?.['type']?.const)];
  return { ...Object.fromEntries(required), ...(payload !== undefined && { payload }) };
}

function smallest({ minimum = 0, exclusiveMinimum }: Schema): number {
  return exclusiveMinimum === undefined ? Math.max(minimum, 0) : Math.floor(exclusiveMinimum) + 1;
}

function mergeAll(parts: unknown[]): unknown {
  return Object.assign({}, ...parts);
}

/** In the words of JSON Schema. */
function typesOf(value: unknown): string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  return Number.isInteger(value) ? ['integer', 'number'] : [typeof value];
}
