import { randomUUID } from 'node:crypto';
import { HTTPResponse } from 'h3';
import { ChatParamsSchema } from '../../contract/chats.ts';
import { HistoryPageSchema } from '../../contract/history.ts';
import {
  HistoryQuerySchema,
  InterruptQuerySchema,
  InterruptReceiptSchema,
  MessageReceiptSchema,
  QueuedMessageParamsSchema,
  QueueMutationSchema,
  QueueSchema,
  ReorderQueueSchema,
  SendMessageSchema,
  SteerSchema,
  TraceHeadersSchema,
  type QueueItem,
} from '../../contract/messages.ts';
import type { Engine } from '../engine.ts';
import { JSON_HEADERS } from '../refusal.ts';
import { CHANGE_REFUSALS, ok, READ_REFUSALS, route, withDeadline } from '../route.ts';

const CHANGED = ok('What waits now.', QueueMutationSchema);

export function messageRoutes({ chats, messages }: Pick<Engine, 'chats' | 'messages'>) {
  return [
    route('POST', '/chats/:chatId/messages', {
      summary: 'Send a message; it is on disk before the answer',
      request: { params: ChatParamsSchema, headers: TraceHeadersSchema, body: SendMessageSchema },
      example: { message: 'Add a test for the login', messageId: 'm-1' },
      answers: ok('It was accepted, now or when it was sent before.', MessageReceiptSchema),
      refusals: ['MESSAGE_CONFLICT', 'UNSUPPORTED', 'QUEUE_FULL', ...CHANGE_REFUSALS],
      handle: ({ params, headers: { traceparent }, body }) =>
        named({ ...body, traceparent }, (message) => messages.send(params.chatId, message)),
    }),
    route('POST', '/chats/:chatId/steer', {
      summary: 'Add a message to the running turn, for agents that can; it is on disk before the answer',
      request: { params: ChatParamsSchema, body: SteerSchema },
      example: { message: 'Use the other branch', messageId: 'm-2' },
      answers: ok(
        'It was accepted, now or before. It ends with the turn; if it came too late, it runs next.',
        MessageReceiptSchema,
      ),
      refusals: [
        'MESSAGE_CONFLICT',
        'STEER_UNSUPPORTED',
        'NOTHING_TO_STEER',
        'QUEUE_FULL',
        ...CHANGE_REFUSALS,
      ],
      handle: ({ params, body }) => named(body, (message) => messages.steer(params.chatId, message)),
    }),
    route('POST', '/chats/:chatId/interrupt', {
      summary: 'Stop the running turn; the answer comes once the request is on disk',
      request: { params: ChatParamsSchema, query: InterruptQuerySchema },
      answers: ok(
        'Whether a turn was running, what waits after it, and what happens to its background.',
        InterruptReceiptSchema,
      ),
      refusals: ['UNSUPPORTED', ...CHANGE_REFUSALS],
      handle: ({ params, query }) =>
        withDeadline(
          messages.interrupt(params.chatId, {
            clearQueue: query.queue === 'clear',
            background: query.background,
          }),
        ),
    }),
    route('GET', '/chats/:chatId/history', {
      summary: 'What was said in a chat: a page counted from the end, in the order it was said',
      request: { params: ChatParamsSchema, query: HistoryQuerySchema },
      answers: ok('The page, as of `lastEventId`.', HistoryPageSchema),
      refusals: READ_REFUSALS,
      async handle({ params, query }) {
        const page = await chats.history(params.chatId, query);
        return new HTTPResponse(toJson(page), { headers: JSON_HEADERS });
      },
    }),
    route('GET', '/chats/:chatId/queue', {
      summary: 'What waits in a chat; the running message is not in it',
      request: { params: ChatParamsSchema },
      answers: ok('The queue, first to run first.', QueueSchema),
      refusals: READ_REFUSALS,
      handle: ({ params }) => messages.queue(params.chatId),
    }),
    route('DELETE', '/chats/:chatId/queue', {
      summary: 'Drop everything that waits',
      request: { params: ChatParamsSchema },
      answers: CHANGED,
      refusals: CHANGE_REFUSALS,
      handle: ({ params }) => changed(messages.clearQueue(params.chatId)),
    }),
    route('DELETE', '/chats/:chatId/queue/:messageId', {
      summary: 'Withdraw one waiting message',
      request: { params: QueuedMessageParamsSchema },
      answers: CHANGED,
      refusals: ['MESSAGE_NOT_FOUND', ...CHANGE_REFUSALS],
      handle: ({ params }) => changed(messages.withdraw(params.chatId, params.messageId)),
    }),
    route('PATCH', '/chats/:chatId/queue/reorder', {
      summary: 'Move one waiting message to another position, counted from 0',
      request: { params: ChatParamsSchema, body: ReorderQueueSchema },
      example: { messageId: 'm-2', position: 0 },
      answers: CHANGED,
      refusals: ['MESSAGE_NOT_FOUND', ...CHANGE_REFUSALS],
      handle: ({ params, body: { messageId, position } }) =>
        changed(messages.reorder(params.chatId, { messageId, position })),
    }),
  ];
}

/** Named here, so that a caller who named none can still repeat it when the outcome is unknown. */
async function named<Message extends { messageId?: string | undefined }, Answer>(
  message: Message,
  take: (message: Message & { messageId: string }) => Promise<Answer>,
): Promise<Answer> {
  const { messageId = randomUUID() } = message;
  return withDeadline(take({ ...message, messageId }), { messageId });
}

/** The events are JSON text already; parsing them would make a page cost what its events weigh. */
function toJson({
  threadId,
  codingAgent,
  eventsJson,
  ...rest
}: Awaited<ReturnType<Engine['chats']['history']>>): string {
  const head = JSON.stringify({ threadId, codingAgent }).slice(0, -1);
  const tail = JSON.stringify(rest).slice(1);
  return `${head},"events":${eventsJson},${tail}`;
}

async function changed(work: Promise<QueueItem[]>) {
  return { success: true, queue: await withDeadline(work) };
}
