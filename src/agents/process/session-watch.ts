/** The agent's own files of a chat's session: what others said there, and what is left of it. */
import type { Delivery, QueuedMessage } from '../../contract/records.ts';
import type { ExecutorOptions } from '../agent-context.ts';
import type { KnownSession } from '../codec.ts';
import { readDelivery } from '../delivery-input.ts';
import type { Facts } from '../facts.ts';
import { NativeSession, unharmed } from '../native-session.ts';
import type { Conversation } from './conversation.ts';
import type { LiveProcess } from './live-process.ts';

export interface SessionWatchOptions extends ExecutorOptions {
  facts: Facts;
  conversation: Pick<Conversation, 'standing'>;
}

export class SessionWatch {
  /** The session that the last message was given to. */
  deliveredTo: string | null;
  readonly #options: SessionWatchOptions;
  readonly #native: NativeSession | null;

  constructor(options: SessionWatchOptions) {
    const { codec, chat, facts } = options;
    const { session } = codec;
    this.#options = options;
    const { sessionMark: mark, turnIds } = chat;
    this.#native = session ? new NativeSession({ ...session, mark, turnIds }) : null;
    this.deliveredTo = chat.turn === null ? null : readDelivery(chat.turn.delivery).sessionId || null;
    facts.measure = (sessionId) => {
      this.#locate(sessionId);
      return this.#native?.measure(sessionId);
    };
  }

  /** Tells of what was said elsewhere since the last turn; whether there was something, which `process` cannot know. */
  async look(process: LiveProcess | null): Promise<boolean> {
    const { codec, facts } = this.#options;
    const { sessionId } = facts;
    const isOpen = process !== null && codec.session?.isShared !== true;
    const gap = sessionId === null || isOpen ? null : await this.#native?.look(sessionId);
    if (gap == null) return false;
    const standing = process?.told ?? { sessionId, openTools: 0, selfDirected: null };
    facts.said({ messageId: null, events: [gap], position: process?.position ?? null, standing });
    return true;
  }

  /** What a process that is launched now is to resume. */
  async known(): Promise<KnownSession | null> {
    const { facts } = this.#options;
    const id = facts.sessionId ?? this.deliveredTo;
    if (id === null) return null;
    return this.#native?.examine(id) ?? unharmed(id, facts.sessionId !== null);
  }

  /** A message that is said into a turn is not foreign either. */
  expect({ turnId }: QueuedMessage): void {
    this.#native?.expect(turnId);
  }

  /** Keeps with a delivery up to where the session is known. */
  mark(delivery: Delivery, given: { message: QueuedMessage; sessionId: string; isNew: boolean }): Delivery {
    const native = this.#native;
    if (native === null) return delivery;
    if (given.isNew) native.begin(given.sessionId);
    this.#locate(given.sessionId);
    return native.mark(delivery, given.message);
  }

  /** The agent tells where it keeps the session. */
  #locate(sessionId: string): void {
    const standing = this.#options.conversation.standing()?.standing;
    if (standing?.sessionId !== sessionId || standing.sessionFile == null) return;
    this.#native?.locate(sessionId, standing.sessionFile);
  }
}
