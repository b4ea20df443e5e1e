import { z } from 'zod';
import { SearchQuerySchema, SearchResultsSchema } from '../../contract/search.ts';
import type { Engine } from '../engine.ts';
import { route } from '../route.ts';

const SearchResults = SearchResultsSchema.meta({ id: 'SearchResults' });

const EXAMPLE = {
  results: [
    {
      chatId: '7b0f5c1e-2a64-4d3b-9e0a-1c5d8f7e6a90',
      title: 'Fix the login',
      eventIndex: 12,
      timestamp: '2026-01-01T12:00:00.000Z',
      kind: 'text',
      excerpt: '…the login fails because the cookie is never set…',
    },
  ],
  truncated: false,
};

export function searchRoutes({ chats }: Pick<Engine, 'chats'>) {
  return [
    route({
      method: 'GET',
      path: '/search',
      summary: 'Find words in what was said, in all chats or in one, whatever their case',
      request: z.object({ query: SearchQuerySchema }),
      answers: {
        200: {
          description:
            'The chats that were used last first, in each what was said last. `truncated`: there may be more.',
          schema: SearchResults,
          example: EXAMPLE,
        },
      },
      refusals: ['CHAT_NOT_FOUND'],
      handle: ({ query }) => chats.search(query),
    }),
  ];
}
