import { z } from 'zod';
import { ChatParamsSchema, SuccessSchema } from '../../contract/chats.ts';
import { AnswerSchema, RequestListSchema, RequestParamsSchema } from '../../contract/requests.ts';
import type { Engine } from '../../engine.ts';
import { route } from '../route.ts';
import { withDeadline } from '../with-deadline.ts';

const RequestList = RequestListSchema.meta({ id: 'RequestList' });
const Answer = AnswerSchema.meta({ id: 'Answer' });
const Success = SuccessSchema.meta({ id: 'Success' });

export function requestRoutes({ chats }: Pick<Engine, 'chats'>) {
  return [
    route({
      method: 'GET',
      path: '/chats/:chatId/requests',
      summary: 'What the agent waits for: permissions, questions, plans',
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
      refusals: [
        'CHAT_NOT_FOUND',
        'REQUEST_NOT_FOUND',
        'SHUTTING_DOWN',
        'CHAT_FAILED',
        'OUTCOME_UNKNOWN',
        'STORAGE_FULL',
      ],
      async handle({ params, body }) {
        await withDeadline(chats.answer(params.chatId, params.requestId, body));
        return { success: true };
      },
    }),
  ];
}
