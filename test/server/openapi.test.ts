import { beforeAll, describe, expect, it } from 'vitest';
import { createRoutes } from '../../src/server/routes.ts';
import { fakeEngine, startApp } from '../support/fake-engine.ts';

interface Operation {
  operationId: string;
  summary: string;
  security?: unknown[];
  parameters: { name: string; in: string; required: boolean; schema: object; description?: string }[];
  requestBody?: { required: boolean; content: Record<string, { schema: object; example?: unknown }> };
  responses: Record<
    string,
    { description: string; headers: object; content: Record<string, { schema: object }> }
  >;
}

interface Document {
  openapi: string;
  info: { title: string; version: string };
  security: unknown[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Record<string, unknown>>; headers: object; securitySchemes: object };
}

let document: Document;

beforeAll(async () => {
  document = await (await startApp().request('/openapi.json')).json();
});

describe('GET /openapi.json', () => {
  it('is OpenAPI 3.1 of this version, closed by the secret', () => {
    expect(document).toMatchObject({
      openapi: '3.1.1',
      info: { version: '1.2.3' },
      security: [{ secret: [] }],
      components: {
        securitySchemes: { secret: { type: 'apiKey', in: 'header', name: 'X-Replicas-Engine-Secret' } },
      },
    });
  });

  it('has every registered route, and nothing else', () => {
    const registered = createRoutes(fakeEngine()).map(({ method, path }) => `${method} ${path}`);

    const described = operations().map(
      ({ method, path }) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    );

    expect(described.toSorted()).toEqual(registered.toSorted());
  });

  it('gives each operation a name of its own', () => {
    const names = operations().map(({ operation }) => operation.operationId);

    expect(new Set(names).size).toBe(names.length);
  });

  it('declares exactly the parameters of each path, all required', () => {
    for (const { path, operation } of operations()) {
      const declared = operation.parameters.filter((parameter) => parameter.in === 'path');

      expect(declared.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(declared.every(({ required }) => required)).toBe(true);
    }
  });

  it('refers only to schemas it has', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"(#\/components\/schemas[^"]*)"/g)].map(
      ([, reference]) => reference,
    );
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);

    expect([...new Set(references)].filter((reference) => !known.includes(reference ?? ''))).toEqual([]);
  });

  it('uses every schema it has', () => {
    const text = JSON.stringify(document);
    const unused = Object.keys(document.components.schemas).filter(
      (name) => !text.includes(`"#/components/schemas/${name}"`),
    );

    expect(unused).toEqual([]);
  });

  const OPEN = ['/health', '/', '/inspect', '/inspect/{version}/{asset}'];

  it('opens /health and the code of the inspector alone', () => {
    const open = operations().filter(({ operation }) => operation.security?.length === 0);

    expect(open.map(({ path }) => path)).toEqual(OPEN);
    expect(
      operations()
        .filter(({ operation }) => !('401' in operation.responses))
        .map(({ path }) => path),
    ).toEqual(OPEN);
  });

  it('gives every answer a description and every refusal the shape of errors', () => {
    for (const { operation } of operations()) {
      for (const [status, { description, content }] of Object.entries(operation.responses)) {
        expect(description).not.toBe('');
        if (Number(status) >= 400) {
          expect(content).toEqual({
            'application/json': {
              schema: { $ref: '#/components/schemas/Error' },
              examples: expect.any(Object),
            },
          });
        }
      }
    }
  });

  it('names the request id of every answer', () => {
    const answers = operations().flatMap(({ operation }) => Object.values(operation.responses));

    expect(answers.filter(({ headers }) => !('X-Request-Id' in headers))).toEqual([]);
    expect(document.components.headers).toHaveProperty('X-Request-Id');
  });

  it('describes sending a message', () => {
    const { parameters, requestBody, responses } = operationOf('post', '/chats/{chatId}/messages');

    expect(parameters).toEqual([
      {
        name: 'chatId',
        in: 'path',
        required: true,
        schema: { type: 'string', minLength: 1, maxLength: 200 },
      },
      {
        name: 'traceparent',
        in: 'header',
        required: false,
        description: 'The trace that the turn continues, by W3C Trace Context.',
        schema: { type: 'string' },
      },
    ]);
    expect(requestBody).toEqual({
      required: true,
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/SendMessage' },
          example: { message: 'Add a test for the login', messageId: 'm-1' },
        },
      },
    });
    expect(Object.keys(responses)).toEqual([
      '200',
      '400',
      '401',
      '404',
      '408',
      '409',
      '413',
      '417',
      '429',
      '431',
      '500',
      '503',
      '507',
    ]);
    expect(responses['409']?.description).toMatch(/^`message_conflict`: /);
  });

  it('describes the stream as server-sent events of the one union of events', () => {
    const { parameters, responses } = operationOf('get', '/events');

    expect(parameters.map(({ name, in: location, required }) => [name, location, required])).toEqual([
      ['after', 'query', false],
      ['types', 'query', false],
      ['chatId', 'query', false],
      ['partial', 'query', false],
      ['also', 'query', false],
      ['last-event-id', 'header', false],
    ]);
    expect(responses['200']?.content).toEqual({
      'text/event-stream': {
        schema: { $ref: '#/components/schemas/EngineEvent' },
        example: expect.objectContaining({ type: 'chat.turn.accepted' }),
      },
    });
    expect(document.components.schemas['EngineEvent']).toMatchObject({ oneOf: expect.any(Array) });
  });
});

function operations() {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

function operationOf(method: string, path: string): Operation {
  const operation = document.paths[path]?.[method];
  if (!operation) throw new Error(`${method} ${path} is not described`);
  return operation;
}
