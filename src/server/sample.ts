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

const UUID = '7b0f5c1e-2a64-4d3b-9e0a-1c5d8f7e6a90';

/** What strings of these names look like. */
const STRINGS: Record<string, string> = {
  id: UUID,
  chatId: UUID,
  runId: UUID,
  messageId: 'm-1',
  lastEventId: '000000000042-5f0c2a91',
  provider: 'claude',
  codingAgent: 'claude',
  title: 'Fix the login',
  message: 'Add a test for the login',
  name: 'shop',
  repoName: 'shop',
  hookName: 'shop',
  path: '/home/user/workspaces/shop',
  defaultBranch: 'main',
  currentBranch: 'fix-login',
  filename: 'fix-the-login.md',
  content: '# Fix the login\n',
  command: 'npm ci',
  version: '0.1.0',
  openapi: '3.1.1',
};

const FORMATS: Record<string, string> = { uuid: UUID, 'date-time': '2026-01-01T12:00:00.000Z' };

/** An example of what a JSON Schema describes: what must be there, with values as they come. */
export function sample(schema: Schema, components: Json, name = ''): unknown {
  if (schema.$ref !== undefined) return sample(resolve(schema.$ref, components), components, name);
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
  const [type] = [schema.type].flat();
  if (type === 'string') return FORMATS[schema.format ?? ''] ?? STRINGS[name] ?? 'text';
  if (type === 'integer' || type === 'number') return smallest(schema);
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  if (type === 'array') return schema.items === undefined ? [] : [sample(schema.items, components, name)];
  const required = (schema.required ?? []).flatMap((key) => {
    const property = schema.properties?.[key];
    return property === undefined ? [] : [[key, sample(property, components, key)] as const];
  });
  return Object.fromEntries(required);
}

function smallest({ minimum = 0, exclusiveMinimum }: Schema): number {
  return exclusiveMinimum === undefined ? Math.max(minimum, 0) : Math.floor(exclusiveMinimum) + 1;
}

function mergeAll(parts: unknown[]): unknown {
  return Object.assign({}, ...parts);
}

function resolve(reference: string, components: Json): Schema {
  return (components[reference.split('/').at(-1) ?? ''] ?? {}) as Schema;
}
