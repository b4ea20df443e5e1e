import type { z } from 'zod';
import { AMBIENT_VARIABLES, EnvironmentSchema, PASSED_ON } from '../../src/environment/engine-env.ts';
import { toTable } from './markdown.ts';

/** The page about the environment, made from its schema. */
export function environmentPage(): string {
  const variables = Object.entries(EnvironmentSchema.shape);
  const required = variables.filter(([, schema]) => !accepts(schema));
  const optional = variables.filter(([, schema]) => accepts(schema));
  return [
    INTRODUCTION,
    '## Required',
    toTable(
      ['variable', 'meaning'],
      required.map(([name, schema]) => [`\`${name}\``, descriptionOf(schema)]),
    ),
    '## Optional',
    toTable(
      ['variable', 'default', 'meaning'],
      optional.map(([name, schema]) => [`\`${name}\``, defaultOf(schema), descriptionOf(schema)]),
    ),
    '## Ambient',
    AMBIENT,
    toTable(
      ['variable', 'read by'],
      Object.entries(AMBIENT_VARIABLES).map(([names, reader]) => [toCode(names), reader]),
    ),
    '',
  ]
    .join('\n\n')
    .replace(/\n\n$/, '\n');
}

const INTRODUCTION = `# Environment

What \`replicas-engine serve\` is started with. All of it is checked at once, before anything else happens: the engine prints
every problem and exits 78. An empty variable counts as missing. Durations are milliseconds, sizes bytes.

\`replicas-engine dev\` needs none of it.`;

const AMBIENT = `Everything else is passed on to agents and hooks unchanged, together with ${[...PASSED_ON].map((name) => `\`${name}\``).join(', ')}. Their
\`HOME\` is \`WORKSPACE_HOME\`. The other variables above are the engine's own and stay with it.`;

function accepts(schema: z.ZodType): boolean {
  return schema.safeParse(undefined).success;
}

function descriptionOf(schema: z.ZodType): string {
  const { description } = schema.meta() ?? {};
  if (description === undefined) throw new Error('A variable has no description.');
  return description;
}

function defaultOf(schema: z.ZodType): string {
  const shown = schema.meta()?.['shown'];
  if (typeof shown === 'string') return shown;
  const value = schema.parse(undefined);
  return value === undefined ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function toCode(names: string): string {
  return names
    .split(', ')
    .map((name) => `\`${name}\``)
    .join(', ');
}
