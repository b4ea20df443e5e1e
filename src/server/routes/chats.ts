import {
  ChatListQuerySchema,
  ChatListSchema,
  ChatParamsSchema,
  ChatResponseSchema,
  ChatSnapshotSchema,
  CreateChatSchema,
  SuccessSchema,
  UpdateChatSchema,
} from '../../contract/chats.ts';
import { AnswerSchema, RequestListSchema, RequestParamsSchema } from '../../contract/requests.ts';
import { SearchQuerySchema, SearchResultsSchema } from '../../contract/search.ts';
import type { Engine } from '../engine.ts';
import {
  CHANGE_REFUSALS,
  ENDING_REFUSALS,
  ok,
  READ_REFUSALS,
  route,
  succeeded,
  withDeadline,
  WRITE_REFUSALS,
} from '../route.ts';

export function chatRoutes({ chats }: Pick<Engine, 'chats'>) {
  return [
    route('POST', '/chats', {
      summary: 'Open a chat with an agent',
      request: { body: CreateChatSchema },
      example: { provider: 'claude', title: 'Fix the login' },
      answers: {
        201: { description: 'A new chat.', schema: ChatResponseSchema },
        200: {
          description: 'The chat that has this `id` or `clientRequestId` already.',
          schema: ChatResponseSchema,
        },
      },
      refusals: ['UNKNOWN_PROVIDER', 'PARENT_NOT_FOUND', ...WRITE_REFUSALS],
      async handle({ body }, { res }) {
        const { chat, created } = await withDeadline(chats.create(body));
        if (created) res.status = 201;
        return { chat };
      },
    }),
    route('GET', '/chats', {
      summary: 'All chats, or the sub-chats of one',
      request: { query: ChatListQuerySchema },
      answers: ok('The chats, as of `lastEventId`.', ChatListSchema),
      refusals: READ_REFUSALS,
      handle: ({ query }) => chats.list({ parentChatId: query.parentChatId }),
    }),
    route('GET', '/chats/:chatId', {
      summary: 'One chat',
      request: { params: ChatParamsSchema },
      answers: ok('The chat, as of `lastEventId`.', ChatSnapshotSchema),
      refusals: READ_REFUSALS,
      handle: ({ params }) => chats.get(params.chatId),
    }),
    route('PATCH', '/chats/:chatId', {
      summary:
        'Change a chat: its title, and the settings of messages that start from then on and do not say otherwise',
      request: { params: ChatParamsSchema, body: UpdateChatSchema },
      example: { title: 'Fix the login', thinkingLevel: 'max' },
      answers: ok('The chat as it is now.', ChatResponseSchema),
      refusals: CHANGE_REFUSALS,
      handle: async ({ params, body }) => ({ chat: await withDeadline(chats.update(params.chatId, body)) }),
    }),
    route('DELETE', '/chats/:chatId', {
      summary: 'Delete a chat with its queue, history and sub-chats; running turns are stopped first',
      request: { params: ChatParamsSchema },
      answers: ok('It is gone.', SuccessSchema),
      refusals: [...ENDING_REFUSALS, 'OUTCOME_UNKNOWN'],
      handle: ({ params }) => succeeded(chats.remove(params.chatId)),
    }),
    route('GET', '/chats/:chatId/requests', {
      summary: 'What the chat waits for: permissions, questions, plans and a budget that is used up',
      request: { params: ChatParamsSchema },
      answers: ok('The open requests, oldest first.', RequestListSchema),
      refusals: READ_REFUSALS,
      handle: async ({ params }) => ({ requests: await chats.requests(params.chatId) }),
    }),
    route('POST', '/chats/:chatId/requests/:requestId', {
      summary: 'Answer one of them',
      request: { params: RequestParamsSchema, body: AnswerSchema },
      example: { decision: 'allow' },
      answers: ok('The answer is on disk and goes to the agent.', SuccessSchema),
      refusals: ['REQUEST_NOT_FOUND', 'UNSUPPORTED', ...CHANGE_REFUSALS],
      handle: ({ params, body }) => succeeded(chats.answer(params.chatId, params.requestId, body)),
    }),
    route('GET', '/search', {
      summary: 'Find words in what was said, in all chats or in one, whatever their case',
      request: { query: SearchQuerySchema },
      answers: {
        200: {
          description:
            'The chats that were used last first, in each what was said last. `truncated`: there may be more.',
          schema: SearchResultsSchema,
          example: FOUND,
        },
      },
      refusals: ['CHAT_NOT_FOUND', ...READ_REFUSALS],
      handle: ({ query }) => chats.search(query),
    }),
  ];
}

const FOUND = {
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
