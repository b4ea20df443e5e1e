import type { Failure } from '../contract/chats.ts';
import type { ChatRecord } from '../contract/records.ts';
import type { Entry } from '../projection/recorder.ts';

/** What is left to announce of a chat that no machine runs any more: its turn, its queue, itself. */
export function endingOf(record: ChatRecord, durationMs: number): Entry[] {
  const chatId = record.chat.id;
  return [
    ...endOfTurn(record, { durationMs, outcome: 'interrupted' }),
    ...record.queue.map(({ messageId }): Entry => ({
      type: 'chat.message.dropped',
      payload: { chatId, messageId, reason: 'chatDeleted' },
    })),
    { type: 'chat.deleted', payload: { chatId } },
  ];
}

/** The end of a turn that nothing will end any more. */
export function endOfTurn({ chat, turn, steered }: ChatRecord, how: End): Entry[] {
  if (turn === null) return [];
  const { messageId } = turn.message;
  const end = { chatId: chat.id, isComplete: false, ...how };
  const parts = steered.flatMap(({ message, isTaken }): Entry[] => {
    const part = { messageId: message.messageId, steers: messageId };
    const started: Entry = { type: 'chat.turn.started', payload: { chatId: chat.id, ...part } };
    return [...(isTaken ? [] : [started]), { type: 'chat.turn.completed', payload: { ...end, ...part } }];
  });
  return [...parts, { type: 'chat.turn.completed', payload: { ...end, messageId } }];
}

interface End {
  outcome: 'interrupted' | 'errored' | 'lost';
  durationMs: number;
  error?: Failure;
}

/** What becomes of a chat in a copied home: its turn and its queue belong to the original, its history is kept. */
export function disown(record: ChatRecord, durationMs: number): Entry[] {
  const chatId = record.chat.id;
  const { awaitingInput: _, ...chat } = record.chat;
  return [
    ...endOfTurn(record, { durationMs, outcome: 'lost', error: COPIED }),
    ...record.queue.map(({ messageId }): Entry => ({
      type: 'chat.message.dropped',
      payload: { chatId, messageId, reason: 'cleared' },
    })),
    {
      type: 'chat.updated',
      payload: { chat: { ...chat, state: 'idle', processing: false } },
      record: { position: null, selfDirected: false },
    },
  ];
}

const COPIED: Failure = {
  code: 'workspace_copied',
  message: 'The turn ran in the workspace that this one was copied from.',
};

/** What is said of a chat that crashed too often. */
export function giveUp(
  record: ChatRecord,
  { reason, durationMs }: { reason: string; durationMs: number },
): Entry[] {
  const failure = { code: 'chat_failed', message: `The chat failed too often and was given up: ${reason}` };
  const chat = { ...record.chat, state: 'errored' as const, processing: false, lastError: failure };
  return [
    ...endOfTurn(record, { durationMs, outcome: 'errored', error: failure }),
    { type: 'chat.updated', payload: { chat } },
  ];
}
