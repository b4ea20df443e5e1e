import { sayingsOf, type EngineEvent } from '../../../client/client.ts';

/** A message of this page, until the agent repeats it as part of the conversation. */
export interface PendingMessage {
  messageId: string;
  text: string;
  /** `starting`: its turn began. */
  state: 'sending' | 'queued' | 'starting';
  /** Nothing runs before it. */
  isFirst: boolean;
}

/** Shows at once what was sent. */
export class PendingMessages {
  #messages: readonly PendingMessage[] = [];

  /** But for those that wait behind a turn: the queue shows them. */
  get shown(): readonly PendingMessage[] {
    return this.#messages.filter(({ state, isFirst }) => state !== 'queued' || isFirst);
  }

  add(messageId: string, text: string): void {
    this.#messages = [...this.#messages, { messageId, text, state: 'sending', isFirst: true }];
  }

  /** It was not taken, or stands in the conversation. */
  remove(messageId: string): void {
    this.#messages = this.#messages.filter((message) => message.messageId !== messageId);
  }

  /** An event of its chat. */
  take({ type, payload }: EngineEvent): void {
    if (type === 'chat.turn.accepted')
      this.#change(payload.messageId, { state: 'queued', isFirst: payload.position === 0 });
    if (type === 'chat.turn.started') this.#change(payload.messageId, { state: 'starting', isFirst: true });
    if (type === 'chat.turn.completed' || type === 'chat.message.dropped') this.remove(payload.messageId);
    if (type === 'chat.turn.delta' && payload.messageId !== null) {
      if (sayingsOf(payload.event).some(({ kind }) => kind === 'user')) this.remove(payload.messageId);
    }
  }

  #change(messageId: string, change: Pick<PendingMessage, 'state' | 'isFirst'>): void {
    this.#messages = this.#messages.map((message) =>
      message.messageId === messageId ? { ...message, ...change } : message,
    );
  }
}
