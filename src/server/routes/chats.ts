import { z } from 'zod';
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
import type { Engine } from '../engine.ts';
import { CHANGE_REFUSALS, route, withDeadline } from '../route.ts';

const CreateChat = CreateChatSchema.meta({ id: 'CreateChat' });
const UpdateChat = UpdateChatSchema.meta({ id: 'UpdateChat' });
const ChatResponse = ChatResponseSchema.meta({ id: 'ChatResponse' });
const ChatSnapshot = ChatSnapshotSchema.meta({ id: 'ChatSnapshot' });
const ChatList = ChatListSchema.meta({ id: 'ChatList' });
const Success = SuccessSchema.meta({ id: 'Success' });

export function chatRoutes({ chats }: Pick<Engine, 'chats'>) {
  return [
    route({
      method: 'POST',
      path: '/chats',
      summary: 'Open a chat with an agent',
      request: z.object({ body: CreateChat }),
      example: { provider: 'claude', title: 'Fix the login' },
      answers: {
        201: { description: 'A new chat.', schema: ChatResponse },
        200: {
          description: 'The chat that has this `id` or `clientRequestId` already.',
          schema: ChatResponse,
        },
      },
      refusals: [
        'UNKNOWN_PROVIDER',
        'PARENT_NOT_FOUND',
        'SHUTTING_DOWN',
        'WORKSPACE_MOVED',
        'OUTCOME_UNKNOWN',
        'STORAGE_FULL',
      ],
      async handle({ body }, { res }) {
        const { chat, created } = await withDeadline(chats.create(body));
        if (created) res.status = 201;
        return { chat };
      },
    }),
    route({
      method: 'GET',
      path: '/chats',
      summary: 'All chats, or the sub-chats of one',
      request: z.object({ query: ChatListQuerySchema }),
      answers: { 200: { description: 'The chats, as of `lastEventId`.', schema: ChatList } },
      handle: ({ query }) => chats.list({ parentChatId: query.parentChatId }),
    }),
  ];
}

export function oneChatRoutes({ chats }: Pick<Engine, 'chats'>) {
  return [
    route({
      method: 'GET',
      path: '/chats/:chatId',
      summary: 'One chat',
      request: z.object({ params: ChatParamsSchema }),
      answers: { 200: { description: 'The chat, as of `lastEventId`.', schema: ChatSnapshot } },
      refusals: ['CHAT_NOT_FOUND'],
      handle: ({ params }) => chats.get(params.chatId),
    }),
    route({
      method: 'PATCH',
      path: '/chats/:chatId',
      summary:
        'Change a chat: its title, and the settings of messages that start from then on and do not say otherwise',
      request: z.object({ params: ChatParamsSchema, body: UpdateChat }),
      example: { title: 'Fix the login', thinkingLevel: 'max' },
      answers: { 200: { description: 'The chat as it is now.', schema: ChatResponse } },
      refusals: [
        'CHAT_NOT_FOUND',
        'CHAT_FAILED',
        'SHUTTING_DOWN',
        'WORKSPACE_MOVED',
        'OUTCOME_UNKNOWN',
        'STORAGE_FULL',
      ],
      handle: async ({ params, body }) => ({ chat: await withDeadline(chats.update(params.chatId, body)) }),
    }),
    route({
      method: 'DELETE',
      path: '/chats/:chatId',
      summary: 'Delete a chat with its queue, history and sub-chats; running turns are stopped first',
      request: z.object({ params: ChatParamsSchema }),
      answers: { 200: { description: 'It is gone.', schema: Success } },
      refusals: ['CHAT_NOT_FOUND', 'SHUTTING_DOWN', 'WORKSPACE_MOVED', 'OUTCOME_UNKNOWN'],
      async handle({ params }) {
        await withDeadline(chats.remove(params.chatId));
        return { success: true };
      },
    }),
  ];
}

const RequestList = RequestListSchema.meta({ id: 'RequestList' });
const Answer = AnswerSchema.meta({ id: 'Answer' });

export function requestRoutes({ chats }: Pick<Engine, 'chats'>) {
  return [
    route({
      method: 'GET',
      path: '/chats/:chatId/requests',
      summary: 'What the chat waits for: permissions, questions, plans and a budget that is used up',
      request: z.object({ params: ChatParamsSchema }),
      answers: { 200: { description: 'The open requests, oldest first.', schema: RequestList } },
      refusals: ['CHAT_NOT_FOUND'],
      handle: async ({ params }) => ({ requests: await chats.requests(params.chatId) }),
    }),
    route({
      method: 'POST',
      path: '/chats/:chatId/requests/:requestId',
      summary: 'Answer one of them',
      request: z.object({ params: RequestParamsSchema, body: Answer }),
      example: { decision: 'allow' },
      answers: { 200: { description: 'The answer is on disk and goes to the agent.', schema: Success } },
      refusals: ['REQUEST_NOT_FOUND', ...CHANGE_REFUSALS],
      async handle({ params, body }) {
        await withDeadline(chats.answer(params.chatId, params.requestId, body));
        return { success: true };
      },
    }),
  ];
}
