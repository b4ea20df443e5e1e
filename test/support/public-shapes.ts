/** What a control plane knows that was built on the public documentation alone: not one of the engine's own schemas. */
import { z } from 'zod';

const time = z.iso.datetime({ offset: true });
const count = z.number().int().nonnegative();
const sender = {
  senderUserId: z.string().optional(),
  senderEmail: z.string().optional(),
  senderDisplayName: z.string().optional(),
};

export const Receipt = z.looseObject({ messageId: z.string(), queued: z.boolean(), position: count });

const Chat = z.looseObject({
  id: z.string(),
  provider: z.enum(['claude', 'codex', 'cursor', 'opencode', 'pi']),
  title: z.string(),
  createdAt: time,
  updatedAt: time,
  processing: z.boolean(),
  parentChatId: z.string().nullable(),
  awaitingInput: z.boolean().optional(),
  lastMessageText: z.string().optional(),
});
export const Created = z.looseObject({ chat: Chat });
export const Chats = z.looseObject({ chats: z.array(Chat), deletedChats: z.array(Chat).optional() });

export const Commands = z.looseObject({
  commands: z.array(
    z.looseObject({
      command: z.string().startsWith('/'),
      description: z.string(),
      argumentHint: z.string().optional(),
      providers: z.array(z.string()),
    }),
  ),
});

const canvasItem = {
  filename: z.string(),
  kind: z.enum(['markdown', 'html', 'image', 'video', 'audio', 'other']),
  sizeBytes: count,
};
export const Canvas = z.looseObject({ items: z.array(z.looseObject(canvasItem)) });
export const CanvasItem = z.looseObject({
  ...canvasItem,
  mimeType: z.string(),
  content: z.string().optional(),
  base64: z.string().optional(),
  tooLarge: z.literal(true).optional(),
});

export const Hooks = z.looseObject({
  running: z.boolean(),
  completed: z.boolean(),
  hooks: z.array(
    z.discriminatedUnion('hookType', [
      z.looseObject({
        hookType: z.literal('environment'),
        hookName: z.literal('environment'),
        repoName: z.literal('environment'),
      }),
      z.looseObject({ hookType: z.literal('repository'), hookName: z.string(), repoName: z.string() }),
      z.looseObject({ hookType: z.literal('global'), hookName: z.string(), hookScript: z.string() }),
    ]),
  ),
});

const QueueItem = z.looseObject({ id: z.string(), message: z.string(), queuedAt: time, ...sender });
export const Queue = z.looseObject({ queue: z.array(QueueItem) });

const blocks = z.looseObject({
  message: z.looseObject({ content: z.array(z.looseObject({ type: z.string() })) }),
});
const AgentEvent = z.union([
  z.looseObject({ timestamp: time, type: z.enum(['claude-user', 'claude-assistant']), payload: blocks }),
  z.looseObject({
    timestamp: time,
    type: z.string().regex(/^(?!claude-(?:user|assistant)$)/),
    payload: z.looseObject({}),
  }),
]);

export const History = z.looseObject({
  threadId: z.string().nullable(),
  codingAgent: z.string(),
  events: z.array(AgentEvent),
  total: count,
  hasMore: z.boolean(),
  senders: z.array(
    z.looseObject({
      senderUserId: z.string().nullable(),
      senderEmail: z.string().nullable(),
      recordedAt: time,
    }),
  ),
  endedTurns: z.array(z.looseObject({ outcome: z.string(), durationMs: z.number(), endedAt: time })),
});

const Status = z.looseObject({
  uptimeSeconds: z.number(),
  hasActiveSSHSessions: z.boolean(),
  activeSseClients: count,
  chatsTotal: count,
  chatsProcessing: count,
  reposTotal: count,
  hooksRunning: z.boolean(),
});

const PAYLOADS = {
  'engine.status.changed': z.looseObject({ status: Status }),
  'chat.created': Created,
  'chat.updated': Created,
  'chat.turn.accepted': Receipt.extend({ chatId: z.string() }),
  'chat.turn.started': z.looseObject({ chatId: z.string(), messageId: z.string() }),
  'chat.turn.delta': z.looseObject({ chatId: z.string(), event: AgentEvent }),
  'chat.turn.completed': z.looseObject({ chatId: z.string(), isComplete: z.boolean() }),
} as const;

export const KNOWN_EVENTS = Object.keys(PAYLOADS);

/** What is wrong with an event by the shape that is known for its type. */
export function faultsOf({
  type,
  id,
  ts,
  payload,
}: {
  type: string;
  id: string;
  ts: string;
  payload: unknown;
}) {
  const { [type as keyof typeof PAYLOADS]: shape } = PAYLOADS;
  const envelope = z.looseObject({ id: z.string(), ts: time, payload: shape });
  return envelope.safeParse({ id, ts, payload }).error?.issues ?? [];
}
