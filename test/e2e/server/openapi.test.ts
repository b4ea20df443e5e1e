import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startApp } from '../../support/fake-engine.ts';
import { lintOpenapi } from '../../support/lint-openapi.ts';

const BodySchema = z.looseObject({ schema: z.looseObject({}) });
const OperationSchema = z.looseObject({
  operationId: z.string(),
  tags: z.array(z.string()).nonempty(),
  requestBody: z.looseObject({ content: z.record(z.string(), BodySchema) }).optional(),
  responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), BodySchema) })),
});
const DocumentSchema = z.looseObject({
  tags: z.array(z.object({ name: z.string(), description: z.string().min(1) })),
  paths: z.record(z.string(), z.record(z.string(), OperationSchema)),
});

let document: z.infer<typeof DocumentSchema>;

beforeAll(async () => {
  document = DocumentSchema.parse(await (await startApp().request('/openapi.json')).json());
});

describe('GET /openapi.json', () => {
  it('passes the recommended rules of a linter, examples included; only the root leads elsewhere', async () => {
    expect(await lintOpenapi(document)).toEqual([
      'operation-2xx-response at #/paths/~1/get/responses: Operation must have at least one `2XX` response.',
    ]);
  });

  it('has an example for every body, asked and answered, and one for every refusal', () => {
    const bodies = operations().flatMap(({ requestBody, responses }) => [
      ...Object.values(requestBody?.content ?? {}),
      ...Object.values(responses).flatMap(({ content }) => Object.values(content)),
    ]);

    expect(bodies.filter((body) => !('example' in body) && !('examples' in body))).toEqual([]);
  });

  it('puts every operation into a part of the interface that is described', () => {
    const known = document.tags.map(({ name }) => name);

    expect(operations().filter(({ tags }) => !tags.every((tag) => known.includes(tag)))).toEqual([]);
    expect(known.toSorted()).toEqual([...new Set(operations().flatMap(({ tags }) => tags))].toSorted());
  });
});

function operations() {
  return Object.values(document.paths).flatMap((methods) => Object.values(methods));
}
