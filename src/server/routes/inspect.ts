import { HTTPResponse } from 'h3';
import { z } from 'zod';
import type { Engine, PageFile } from '../../engine.ts';
import { route } from '../route.ts';

const AssetParamsSchema = z.object({ version: z.string(), asset: z.string() });

export function inspectRoutes({ inspector }: Pick<Engine, 'inspector'>) {
  return [
    route({
      method: 'GET',
      path: '/',
      summary: 'Leads people to the page',
      isOpen: true,
      answers: {
        302: { description: 'It is at `/inspect`.', schema: z.literal(''), mediaType: 'text/plain' },
      },
      handle: () => new HTTPResponse('', { status: 302, headers: { location: 'inspect' } }),
    }),
    route({
      method: 'GET',
      path: '/inspect',
      summary: 'A page that shows the engine at work; it asks for the secret itself',
      isOpen: true,
      answers: { 200: { description: 'The page.', schema: z.string(), mediaType: 'text/html' } },
      handle: () => toResponse(inspector.page()),
    }),
    route({
      method: 'GET',
      path: '/inspect/:version/:asset',
      summary: 'Code and style of that page',
      isOpen: true,
      request: z.object({ params: AssetParamsSchema }),
      answers: { 200: { description: 'One file.', schema: z.string(), mediaType: 'text/javascript' } },
      refusals: ['NOT_FOUND'],
      handle: ({ params: { version, asset } }) => toResponse(inspector.asset(version, asset)),
    }),
  ];
}

function toResponse({ body, headers }: PageFile): HTTPResponse {
  return new HTTPResponse(body, { headers });
}
