import { z } from 'zod';
import { describeRoutes } from '../openapi.ts';
import type { Route } from '../route.ts';
import { route } from '../route.ts';

/** `routes` are described together with the route that describes them. */
export function openapiRoutes({ version, routes }: { version: string; routes: Route[] }) {
  const describing: Route = route({
    method: 'GET',
    path: '/openapi.json',
    summary: 'This interface as an OpenAPI 3.1 document',
    answers: { 200: { description: 'The document.', schema: z.looseObject({ openapi: z.string() }) } },
    handle: () => describeRoutes([...routes, describing], { version }),
  });
  return [describing];
}
