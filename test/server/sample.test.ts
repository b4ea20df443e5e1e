import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EngineEventSchema } from '../../src/contract/events.ts';
import { EXAMPLES } from '../../src/contract/examples.ts';
import { describeRoutes } from '../../src/server/openapi.ts';
import { createRoutes } from '../../src/server/routes.ts';
import { sampleOf } from '../../src/server/sample.ts';
import { fakeEngine } from '../support/fake-engine.ts';

const ROUTES = createRoutes(fakeEngine());

describe('an example', () => {
  it.each(EngineEventSchema.options.map((variant) => [variant.shape.type.value, variant] as const))(
    'of the event %s is one',
    (type, variant) => {
      expect(EngineEventSchema.parse(sampleOf(variant))).toMatchObject({ type });
    },
  );

  it.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
    'of %s is what it takes and answers',
    (_name, { parts, example, answers }) => {
      const body = parts['body'];
      if (body !== undefined) z.parse(body, example ?? sampleOf(body));
      for (const { schema, mediaType, example: answer } of Object.values(answers))
        if (mediaType === undefined) schema.parse(answer ?? sampleOf(schema));
    },
  );

  it('is written down only for schemas that there are', () => {
    const { components } = z
      .object({ components: z.object({ schemas: z.record(z.string(), z.unknown()) }) })
      .parse(describeRoutes(ROUTES, { version: '' }));

    expect(Object.keys(EXAMPLES).filter((name) => !(name in components.schemas))).toEqual([]);
  });
});
