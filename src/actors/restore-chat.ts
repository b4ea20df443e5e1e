import type { ChatInput } from '../../machines/chat.events.ts';
import type { ChatSummary, Policy } from '../contract/chats.ts';
import type { ChatRecord } from '../contract/records.ts';

type Input = Omit<ChatInput, 'mayStart'>;

export function newChatInput({ id, provider }: ChatSummary, policy: Policy): Input {
  return {
    session: { chatId: id, provider, policy, sessionId: null, position: null, turn: null, requests: [] },
    queue: [],
    interrupting: false,
    selfDirected: false,
    errored: false,
  };
}

/** Where the machine of a chat takes up what its record tells. */
export function restoredChatInput(record: ChatRecord): Input {
  const { chat, policy, sessionId, position, turn, requests, steered, selfDirected } = record;
  const { sessionMark, receipts } = record;
  const turnIds = receipts.flatMap(({ turnId }) => turnId ?? []);
  const steering = steered.filter(({ isTaken }) => !isTaken).map(({ message }) => message);
  return {
    session: {
      chatId: chat.id,
      provider: chat.provider,
      policy,
      sessionId,
      position,
      turn,
      requests,
      steering,
      turnIds,
      ...(sessionMark === undefined ? {} : { sessionMark }),
      selfDirected,
    },
    queue: record.queue,
    // Of what the last engine said into the turn, only the agent's session can tell whether it was written.
    steered: steered.map((one) => ({ ...one, isWritten: true })),
    interrupting: record.interrupting,
    selfDirected,
    errored: chat.state === 'errored',
  };
}
