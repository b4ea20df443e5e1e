/** Messages that are said into the running turn of one chat, from being said to being taken or refused. */
import { readFile } from 'node:fs/promises';
import type { Position, QueuedMessage } from '../../contract/records.ts';
import { filesOf, type Run } from '../../process/run.ts';
import type { AgentContext } from '../agent-context.ts';
import type { Facts } from '../facts.ts';
import { contentOf } from '../message-content.ts';
import { steerLine } from './lines.ts';
import type { Frame } from './protocol.ts';
import type { CodexState } from './state.ts';

export interface SteersOptions {
  context: Pick<AgentContext, 'payloads' | 'settled'>;
  facts: Facts;
}

/** The thread whose turn is spoken into. */
export interface SteeredThread {
  readonly state: CodexState;
  readonly position: Position | null;
  readonly write: (line: string) => void;
}

interface Steering {
  message: QueuedMessage;
  text: string;
  isWritten: boolean;
}

export class Steers {
  readonly #options: SteersOptions;
  /** By the id of the request. */
  readonly #open = new Map<string, Steering>();
  #onSettled = () => {};

  constructor(options: SteersOptions) {
    this.#options = options;
  }

  /** The answers to what was said have these in them. */
  get ids(): string[] {
    return [...this.#open.keys()];
  }

  get isSettled(): boolean {
    return this.#open.size === 0;
  }

  /** Settles when each message was taken or refused. */
  settled(): Promise<void> {
    if (this.isSettled) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onSettled = resolve;
    });
  }

  /** Says a message as soon as the turn has an id; refuses it when there is no turn to say it into. */
  async say(message: QueuedMessage, thread: SteeredThread): Promise<void> {
    const { payloads, settled } = this.#options.context;
    const { text } = await contentOf(message, payloads);
    await settled();
    this.#open.set(steerRequestId(message), { message, text, isWritten: false });
    const { turn } = thread.state;
    if (turn === null || turn.isPlanned) this.refuseAll(thread.position);
    else this.flush(thread);
  }

  /** Takes up messages that the last engine may have written; to be called before their answers are read. */
  async takeUp(messages: readonly QueuedMessage[], run: Run): Promise<void> {
    if (messages.length === 0) return;
    const input = await readFile(filesOf(run).stdin, 'utf8').catch(() => ''); // it never began
    for (const message of messages) {
      const id = steerRequestId(message);
      const { text } = await contentOf(message, this.#options.context.payloads);
      this.#open.set(id, { message, text, isWritten: input.includes(JSON.stringify(id)) });
    }
  }

  /** Writes what was not written yet, if the turn can take it. */
  flush({ state: { threadId, turn }, write }: SteeredThread): void {
    if (turn?.nativeId == null || threadId === null) return;
    for (const [id, steering] of this.#open) {
      if (steering.isWritten) continue;
      steering.isWritten = true;
      const { message, text } = steering;
      write(steerLine(id, { threadId, turnId: turn.nativeId, clientId: message.turnId, text }));
    }
  }

  /** Takes an answer; false when the frame is none. */
  answer(frame: Frame, position: Position): boolean {
    if (frame.kind !== 'response') return false;
    const steering = this.#open.get(String(frame.id));
    if (steering === undefined) return false;
    this.#settle(steering, { isTaken: frame.refusal === null, position });
    return true;
  }

  /** What has no answer by now has none to come. */
  refuseAll(position: Position | null): void {
    for (const steering of this.#open.values()) this.#settle(steering, { isTaken: false, position });
  }

  /** The server is gone: nobody knows what it took. */
  forget(): void {
    this.#open.clear();
    this.#onSettled();
  }

  #settle(
    { message }: Steering,
    { isTaken, position }: { isTaken: boolean; position: Position | null },
  ): void {
    const { messageId } = message;
    this.#open.delete(steerRequestId(message));
    this.#options.facts.report({ type: isTaken ? 'steer.taken' : 'steer.refused', messageId, position });
    if (this.isSettled) this.#onSettled();
  }
}

/** Under which id a message is said into a turn: the same after a restart. */
function steerRequestId({ turnId }: QueuedMessage): string {
  return `steer-${turnId}`;
}
