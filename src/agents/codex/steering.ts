/** Messages that are said into the running turn of one chat, from being said to being taken or refused. */
import { readFile } from 'node:fs/promises';
import type { AgentCommand } from '../../contract/facts.ts';
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

/** After them nothing more is written into the turn. */
const ENDINGS: ReadonlySet<AgentCommand['type']> = new Set([
  'agent.interrupt',
  'agent.stop',
  'agent.terminate',
  'agent.kill',
]);

interface Steering {
  message: QueuedMessage;
  /** Null until it was read from where it is kept. */
  text: string | null;
  /** Null until it is known whether an earlier engine wrote it. */
  isWritten: boolean | null;
}

export class Steers {
  readonly #options: SteersOptions;
  /** By the id of the request, in the order in which they were accepted. */
  readonly #open = new Map<string, Steering>();
  /** The turn is over, or was told to end: nothing more is said into it. */
  #isEnding = false;
  #onSettled = () => {};

  /** `found` are those that the last engine may have written. */
  constructor(options: SteersOptions, found: readonly QueuedMessage[] = []) {
    this.#options = options;
    for (const message of found) this.#note(message, null);
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

  /** Hears a command before its turn comes: from now on a message is written, or refused when the turn is to end. */
  hear(command: AgentCommand, position: Position | null): void {
    if (command.type === 'agent.steer') this.#note(command.message, false);
    else if (ENDINGS.has(command.type)) this.#close(position);
  }

  /** Writes a message that was accepted as soon as the turn has an id; refuses it when there is no turn to say it into. */
  async say(message: QueuedMessage, thread: SteeredThread): Promise<void> {
    const { payloads, settled } = this.#options.context;
    // One that cannot be read fails in a turn of its own.
    const content = await contentOf(message, payloads).catch(() => null);
    await settled();
    const steering = this.#open.get(steerRequestId(message));
    if (steering === undefined) return; // the turn ended meanwhile
    if (content === null) return this.#settle(steering, { isTaken: false, position: thread.position });
    steering.text = content.text;
    this.flush(thread);
  }

  /** Finds out which messages the last engine wrote; to be called before their answers are read. */
  async takeUp(run: Run): Promise<void> {
    const found = [...this.#open].filter(([, { isWritten }]) => isWritten === null);
    if (found.length === 0) return;
    const input = await readFile(filesOf(run).stdin, 'utf8').catch(() => ''); // it never began
    for (const [id, steering] of found) {
      steering.text = (await contentOf(steering.message, this.#options.context.payloads)).text;
      steering.isWritten = input.includes(JSON.stringify(id));
    }
  }

  /** Writes what was not written yet, in order, if the turn can take it; refuses it when the turn cannot any more. */
  flush({ state: { threadId, turn }, position, write }: SteeredThread): void {
    if (turn === null || turn.isPlanned || this.#isEnding) return this.#refuseUnwritten(position);
    const { nativeId: turnId } = turn;
    if (turnId === null || threadId === null) return;
    for (const [id, steering] of this.#open) {
      const { message, text, isWritten } = steering;
      if (isWritten === true) continue;
      if (text === null || isWritten === null) return;
      steering.isWritten = true;
      this.#options.facts.report({ type: 'steer.written', messageId: message.messageId });
      write(steerLine(id, { threadId, turnId, clientId: message.turnId, text }));
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

  /** The turn is over: what was not written goes back to the chat. */
  end(position: Position | null): void {
    this.#isEnding = true;
    this.#refuseUnwritten(position);
  }

  /** What has no answer by now has none to come. */
  refuseAll(position: Position | null): void {
    for (const steering of this.#open.values()) this.#settle(steering, { isTaken: false, position });
  }

  /** Another turn may begin, or the server is gone: nobody knows what it took of what was written. */
  forget(position: Position | null): void {
    this.#refuseUnwritten(position);
    this.#isEnding = false;
    this.#open.clear();
    this.#onSettled();
  }

  #refuseUnwritten(position: Position | null): void {
    for (const steering of this.#open.values()) {
      if (steering.isWritten === false) this.#settle(steering, { isTaken: false, position });
    }
  }

  /** What was not written by now never is; the chat is told as soon as it can be. */
  #close(position: Position | null): void {
    this.#isEnding = true;
    const unwritten = [...this.#open].filter(([, { isWritten }]) => isWritten === false);
    for (const [id] of unwritten) this.#open.delete(id);
    queueMicrotask(() =>
      unwritten.forEach(([, steering]) => this.#settle(steering, { isTaken: false, position })),
    );
  }

  #note(message: QueuedMessage, isWritten: false | null): void {
    this.#open.set(steerRequestId(message), { message, text: null, isWritten });
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
