import { z } from 'zod';
import { ChatParamsSchema } from '../../contract/chats.ts';
import type { QueueItem } from '../../contract/messages.ts';
import {
  QueuedMessageParamsSchema,
  QueueMutationSchema,
  QueueSchema,
  ReorderQueueSchema,
} from '../../contract/messages.ts';
import type { Engine } from '../../engine.ts';
import type { EngineErrorCode } from '../../errors.ts';
import { route } from '../route.ts';
import { withDeadline } from '../with-deadline.ts';

const Queue = QueueSchema.meta({ id: 'Queue' });
const QueueMutation = QueueMutationSchema.meta({ id: 'QueueMutation' });
const ReorderQueue = ReorderQueueSchema.meta({ id: 'ReorderQueue' });

const CHANGED = { 200: { description: 'What waits now.', schema: QueueMutation } };
const REFUSALS: EngineErrorCode[] = [
  'CHAT_NOT_FOUND',
  'SHUTTING_DOWN',
  'CHAT_FAILED',
  'OUTCOME_UNKNOWN',
  'STORAGE_FULL',
];

export function queueRoutes({ chats }: Pick<Engine, 'chats'>) {
  return [
    route({
      method: 'GET',
      path: '/chats/:chatId/queue',
      summary: 'What waits in a chat; the running message is not in it',
      request: z.object({ params: ChatParamsSchema }),
      answers: { 200: { description: 'The queue, first to run first.', schema: Queue } },
      refusals: ['CHAT_NOT_FOUND'],
      handle: ({ params }) => chats.queue(params.chatId),
    }),
    route({
      method: 'DELETE',
      path: '/chats/:chatId/queue',
      summary: 'Drop everything that waits',
      request: z.object({ params: ChatParamsSchema }),
      answers: CHANGED,
      refusals: REFUSALS,
      handle: ({ params }) => changed(chats.clearQueue(params.chatId)),
    }),
    route({
      method: 'DELETE',
      path: '/chats/:chatId/queue/:messageId',
      summary: 'Withdraw one waiting message',
      request: z.object({ params: QueuedMessageParamsSchema }),
      answers: CHANGED,
      refusals: ['MESSAGE_NOT_FOUND', ...REFUSALS],
      handle: ({ params }) => changed(chats.withdraw(params.chatId, params.messageId)),
    }),
    route({
      method: 'PATCH',
      path: '/chats/:chatId/queue/reorder',
      summary: 'Move one waiting message to another position, counted from 0',
      request: z.object({ params: ChatParamsSchema, body: ReorderQueue }),
      example: { messageId: 'm-2', position: 0 },
      answers: CHANGED,
      refusals: ['MESSAGE_NOT_FOUND', ...REFUSALS],
      handle: ({ params, body: { messageId, position } }) =>
        changed(chats.reorder(params.chatId, { messageId, position })),
    }),
  ];
}

async function changed(work: Promise<QueueItem[]>) {
  return { success: true, queue: await withDeadline(work) };
}
