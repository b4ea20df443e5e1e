import { z } from 'zod';
import { describeRoutes } from '../../src/server/openapi.ts';
import type { Route } from '../../src/server/route.ts';
import { createRoutes } from '../../src/server/routes.ts';
import { fakeEngine } from './fake-engine.ts';
import { toTable } from './markdown.ts';
import { toFields } from './schema-text.ts';

/** The page about the HTTP interface, made from the registry of its routes. */
export function httpApiPage(): string {
  const routes = createRoutes(fakeEngine());
  return `${INTRODUCTION}

${routes.map(toSection).join('\n\n')}

## Schemas

\`name?\` may be missing. The exact JSON Schemas stand in \`GET /openapi.json\`; \`EngineEvent\` is [described apart](events.md).

${toTable(['schema', 'fields'], schemasOf(routes))}
`;
}

const INTRODUCTION = `# HTTP API

JSON over HTTP on \`PORT\` (3737). Every route but \`GET /health\` and \`GET /inspect\` wants the header \`X-Replicas-Engine-Secret\`. Keys the engine
does not know are ignored, wrong types are refused. A body is JSON whatever its content type says, up to \`BODY_MAX_BYTES\`.
\`HEAD\` works wherever \`GET\` does. Refusals have [one shape](errors.md), also of what is no HTTP request; any route may answer
\`validation_failed\`, \`unauthorized\`, \`malformed_request\`, \`request_timeout\`, \`expectation_failed\`, \`headers_too_large\` and \`internal\`,
any route with a body \`malformed_json\`, \`body_incomplete\` and \`payload_too_large\`, any route of one chat \`chat_not_found\`. No answer is to be kept: all say
\`Cache-Control: no-store\`, but for the code of the page and the streams.

A command is on disk before it is answered. \`lastEventId\` of a snapshot is the cursor to follow it with:
\`GET /events?after=<lastEventId>\`.`;

function toSection({ method, path, summary, parts, answers, refusals = [] }: Route): string {
  const facts = [
    parametersOf('Query', parts['query']),
    parametersOf('Header', parts['headers']),
    parts['body'] ? `Body: ${nameOf(parts['body'])}` : '',
    ...Object.entries(answers).map(
      ([status, { schema, description }]) => `${status}: ${nameOf(schema)}. ${description}`,
    ),
    refusals.length > 0 ? `Refuses: ${refusals.map((code) => `\`${code.toLowerCase()}\``).join(', ')}` : '',
  ];
  const list = facts.filter((fact) => fact !== '').map((fact) => `- ${fact}`);
  return [`## ${method} ${path}`, `${summary}.`, list.join('\n'), ...toExamples({ method, path })].join(
    '\n\n',
  );
}

/** What is sent and what comes back, as the description of the interface shows it. */
function toExamples({ method, path }: Pick<Route, 'method' | 'path'>): string[] {
  const operation = OPERATIONS[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
  const [answer] = Object.values(operation?.responses ?? {});
  const parts = { Request: operation?.requestBody, Answer: answer };
  return Object.entries(parts).flatMap(([name, part]) => {
    const [mediaType, shown] = Object.entries(part?.content ?? {})[0] ?? [];
    if (typeof shown?.example !== 'object') return [];
    return [`${mediaType === 'text/event-stream' ? 'One event of it' : name}:`, toCode(shown.example)];
  });
}

function toCode(value: unknown): string {
  const line = JSON.stringify(value);
  return `\`\`\`json\n${line.length > LINE_CHARACTERS ? JSON.stringify(value, null, 2) : line}\n\`\`\``;
}

const LINE_CHARACTERS = 120;

const ContentSchema = z.object({
  content: z.record(z.string(), z.object({ example: z.unknown().optional() })),
});
const DocumentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({ requestBody: ContentSchema.optional(), responses: z.record(z.string(), ContentSchema) }),
    ),
  ),
});
const OPERATIONS = DocumentSchema.parse(describeRoutes(createRoutes(fakeEngine()), { version: '' })).paths;

function parametersOf(label: string, schema: z.core.$ZodType | undefined): string {
  return schema ? `${label}: ${toFields(z.toJSONSchema(schema, { io: 'input' }))}` : '';
}

function nameOf(schema: z.core.$ZodType): string {
  const id = z.globalRegistry.get(schema)?.id;
  return id === undefined ? 'JSON' : `\`${id}\``;
}

function schemasOf(routes: Route[]): string[][] {
  const { components } = z
    .object({ components: z.object({ schemas: z.record(z.string(), z.looseObject({})) }) })
    .parse(describeRoutes(routes, { version: '' }));
  const schemas = Object.entries(components.schemas).filter(([name]) => name !== 'EngineEvent');
  return schemas
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, schema]) => [`\`${name}\``, toFields(schema)]);
}
