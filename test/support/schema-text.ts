import type { z } from 'zod';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The fields of an object's schema in one line: `name` type, `name?` type. */
export function toFields({ properties = {}, required = [] }: JsonSchema): string {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const type = typeof schema === 'object' ? toType(schema) : 'any';
    return `\`${name}${required.includes(name) ? '' : '?'}\` ${type}`;
  });
  return fields.join(', ');
}

function toType(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return `\`${schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)}\``;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) return alternatives.map(toType).join(' | ');
  if (schema.type === 'array')
    return `${typeof schema.items === 'object' && !Array.isArray(schema.items) ? toType(schema.items) : 'any'}[]`;
  if (schema.type === 'object' && schema.properties !== undefined) return `{${toFields(schema)}}`;
  return [schema.type ?? 'any'].flat().join(' | ') + rangeOf(schema);
}

/** A bound that every number has by being one is left out. */
function rangeOf({
  minimum,
  maximum,
  minLength,
  maxLength,
  maxItems,
  default: fallback,
}: JsonSchema): string {
  const bounds = [
    minLength !== undefined || maxLength !== undefined
      ? `${minLength ?? 0} to ${maxLength ?? '…'} characters`
      : '',
    maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? `${minimum ?? 0} to ${maximum}` : '',
    maxItems !== undefined ? `at most ${maxItems}` : '',
    fallback !== undefined ? `default ${JSON.stringify(fallback)}` : '',
  ].filter((bound) => bound !== '');
  return bounds.length > 0 ? ` (${bounds.join(', ')})` : '';
}
