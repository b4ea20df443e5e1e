import { z } from 'zod';
import { ErrorResponseSchema } from '../contract/errors.ts';
import { ENGINE_ERRORS } from '../contract/error-table.ts';
import type { EngineErrorCode } from '../errors.ts';
import type { Answer, Route } from './route.ts';
import { sample } from './sample.ts';

type Json = Record<string, unknown>;

export function describeRoutes(routes: Route[], { version }: { version: string }): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route, schemas) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Replicas engine',
      version,
      description: DESCRIPTION,
      license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
    },
    servers: [{ url: 'http://127.0.0.1:3737', description: 'The engine of the workspace you are in.' }],
    tags: describeTags(routes.map((one) => one.path)),
    security: [{ secret: [] }],
    paths,
    components: {
      schemas,
      headers: { 'X-Request-Id': REQUEST_ID },
      securitySchemes: { secret: { type: 'apiKey', in: 'header', name: 'X-Replicas-Engine-Secret' } },
    },
  };
}

const DESCRIPTION = `One workspace, its chats and their agents.

A command is on disk before it is answered. \`lastEventId\` of a snapshot is the cursor to follow it with:
\`GET /events?after=<lastEventId>\`. Keys the engine does not know are ignored, wrong types are refused.`;

const REQUEST_ID = {
  description:
    "The caller's `X-Request-Id` if it sent one of 1 to 100 letters, digits and `.:_-`, else one of the engine's.",
  schema: { type: 'string' },
};

/** What any route may refuse, besides its own refusals. */
export function commonRefusals({ isOpen, path, parts }: Route): EngineErrorCode[] {
  return [
    ...(Object.keys(parts).length > 0 ? (['VALIDATION_FAILED'] as const) : []),
    ...('body' in parts ? (['MALFORMED_JSON', 'BODY_INCOMPLETE', 'PAYLOAD_TOO_LARGE'] as const) : []),
    ...('params' in parts ? (['MALFORMED_URL'] as const) : []),
    ...(path.includes('/:chatId') ? (['CHAT_NOT_FOUND'] as const) : []),
    ...(isOpen ? [] : (['UNAUTHORIZED'] as const)),
    'MALFORMED_REQUEST',
    'REQUEST_TIMEOUT',
    'EXPECTATION_FAILED',
    'HEADERS_TOO_LARGE',
    'INTERNAL',
  ];
}

function describeRoute(route: Route, schemas: Json): Json {
  const { summary, parts, example } = route;
  const body = parts['body'] && withExample(toSchema(parts['body'], schemas), schemas, example);
  return {
    operationId: operationId(route),
    tags: [tagOf(route.path)],
    summary,
    ...(route.isOpen && { security: [] }),
    parameters: [
      ...parametersIn('path', parts['params']),
      ...parametersIn('query', parts['query']),
      ...parametersIn('header', parts['headers']),
    ],
    ...(body && { requestBody: { required: true, content: { 'application/json': body } } }),
    responses: { ...describeAnswers(route.answers, schemas), ...describeRefusals(route, schemas) },
  };
}

/** `GET /chats/:chatId/history` is `getChatsChatIdHistory`. */
function operationId({ method, path }: Route): string {
  const words = path.split(/\W+/).filter(Boolean);
  return [method.toLowerCase(), ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join(
    '',
  );
}

function parametersIn(location: 'path' | 'query' | 'header', schema: z.core.$ZodType | undefined): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = typeof property === 'object' ? property : {};
    return {
      name,
      in: location,
      required: required.includes(name),
      schema: rest,
      ...(description && { description }),
    };
  });
}

function describeAnswers(answers: Record<number, Answer>, schemas: Json): Json {
  const described = Object.entries(answers).map(([status, { description, schema, mediaType, example }]) => {
    const body = withExample(toSchema(schema, schemas), schemas, example);
    return [status, { description, headers: HEADERS, content: { [mediaType ?? 'application/json']: body } }];
  });
  return Object.fromEntries(described);
}

function describeRefusals(route: Route, schemas: Json): Json {
  const schema = toSchema(ErrorResponseSchema, schemas);
  const codes = [...commonRefusals(route), ...(route.refusals ?? [])];
  const statuses = [...new Set(codes.map((code) => ENGINE_ERRORS[code].status))];
  const described = statuses.map((status) => {
    const own = codes.filter((code) => ENGINE_ERRORS[code].status === status);
    const examples = Object.fromEntries(own.map((code) => [code.toLowerCase(), exampleOf(code)]));
    const description = own.map(toMeaning).join('\n');
    return [status, { description, headers: HEADERS, content: { 'application/json': { schema, examples } } }];
  });
  return Object.fromEntries(described);
}

const HEADERS = { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } };

/** The example of the route, or one made of the schema. */
function withExample(schema: object, schemas: Json, example?: unknown): Json {
  return { schema, example: example ?? sample(schema, schemas) };
}

function exampleOf(code: EngineErrorCode): Json {
  const { meaning } = ENGINE_ERRORS[code];
  return { summary: meaning, value: { error: meaning.replaceAll('`', ''), code: code.toLowerCase() } };
}

function toMeaning(code: EngineErrorCode): string {
  return `\`${code.toLowerCase()}\`: ${ENGINE_ERRORS[code].meaning}`;
}

/** Named schemas move to the components of the document; what is left refers to them. */
function toSchema(schema: z.core.$ZodType, components: Json): object {
  const text = JSON.stringify(z.toJSONSchema(schema, { io: 'input' })).replaceAll(
    '"#/$defs/',
    '"#/components/schemas/',
  );
  const { $schema: _dialect, $defs, ...rest }: { $schema?: string; $defs?: Json } = JSON.parse(text);
  Object.assign(components, $defs);
  return rest;
}

/** Parts of the HTTP interface, in the order of their description, and the first words of the paths in them. */
const TAGS = {
  engine: {
    description: 'Whether it lives, what it counts, and what can be asked of it.',
    paths: ['health', 'status', 'drain', 'metrics', 'openapi.json'],
  },
  events: { description: 'Everything that happens, as it happens.', paths: ['events'] },
  chats: {
    description: 'Conversations with agents: messages, queues, requests, history, search.',
    paths: ['chats', 'search'],
  },
  workspace: {
    description: 'Repositories, plans, the canvas, previews, hooks and what else there is.',
    paths: ['repos', 'plans', 'canvas', 'previews', 'hooks', 'environment'],
  },
  credentials: { description: 'How the logins of the workspace are.', paths: ['token-refresh'] },
  inspection: {
    description: 'The statecharts of the engine, and how they stand.',
    paths: ['', 'machines', 'actors', 'inspect'],
  },
} as const;

function tagOf(path: string): string {
  const [, word = ''] = path.split('/');
  const found = Object.entries(TAGS).find(([, { paths }]) => (paths as readonly string[]).includes(word));
  return found?.[0] ?? 'engine';
}

function describeTags(paths: readonly string[]): { name: string; description: string }[] {
  const used = new Set(paths.map(tagOf));
  return Object.entries(TAGS).flatMap(([name, { description }]) =>
    used.has(name) ? [{ name, description }] : [],
  );
}
