/** Messages that are said into the running turn, from being said to being taken or refused. */
import type { ProcessOrder } from '../../../machines/agent-process.events.ts';
import type { Position, QueuedMessage } from '../../contract/records.ts';
import { readInput } from '../../processes/input.ts';
import { readContent } from '../../storage/payloads.ts';
import type { AgentContext } from '../agent-context.ts';
import type { Facts } from '../facts.ts';
import { steerIdOf } from '../json-rpc.ts';
import type { Standing } from '../step.ts';
import type { FoundProcess } from './live-process.ts';

export interface SteeringOptions {
  context: Pick<AgentContext, 'payloads' | 'settled'>;
  facts: Facts;
  /** Those that an earlier engine may have written. */
  found: readonly QueuedMessage[];
  /** Where the process stands; null while there is none. */
  standing: () => { standing: Standing; position: Position } | null;
  /** Writes one into the turn. */
  write: (message: QueuedMessage, text: string) => void;
}

/** After them nothing more is said into the turn. */
const ENDINGS: ReadonlySet<ProcessOrder['type']> = new Set(['interrupt', 'leave', 'terminate', 'kill']);

interface Steered {
  message: QueuedMessage;
  /** Null until it was read from where it is kept. */
  text: string | null;
  /** Null until it is known whether an earlier engine wrote it. */
  isWritten: boolean | null;
}

export class Steering {
  readonly #options: SteeringOptions;
  /** By message, in the order in which they were accepted. */
  readonly #open = new Map<string, Steered>();
  /** The turn is over, or was told to end: nothing more is said into it. */
  #isEnding = false;

  constructor(options: SteeringOptions) {
    this.#options = options;
    for (const message of options.found) this.#note(message, null);
  }

  /** Hears an order before its turn comes: from now on a message is written, or refused when the turn is to end. */
  hear(order: ProcessOrder): void {
    if (order.type === 'agent.steer') this.#note(order.message, false);
    if (!ENDINGS.has(order.type)) return;
    this.#isEnding = true;
    this.#refuseUnwritten(this.#options.standing()?.position ?? null);
  }

  /** Says a message that was heard, as soon as the turn can take it. */
  async say({ messageId }: QueuedMessage): Promise<void> {
    const { context, standing } = this.#options;
    const { payloads, settled } = context;
    const steered = this.#open.get(messageId);
    if (steered === undefined) return;
    // One that cannot be read fails in a turn of its own.
    const content = await readContent(steered.message.content, payloads).catch(() => null);
    await settled();
    if (this.#open.get(messageId) !== steered) return; // the turn ended meanwhile
    const now = standing();
    if (content === null) return this.settle({ messageId, isTaken: false }, now?.position ?? null);
    steered.text = content.text;
    if (now !== null) this.flush(now.standing, now.position);
  }

  /** Finds out which messages an earlier engine wrote; to be called before their answers are read. */
  async takeUp(process: Pick<FoundProcess, 'run' | 'given'> | null): Promise<void> {
    const found = [...this.#open.values()].filter(({ isWritten }) => isWritten === null);
    if (found.length === 0) return;
    const input = process && (await readInput(process.run, process.given?.inputOffset ?? 0));
    for (const steered of found) {
      steered.text = (await readContent(steered.message.content, this.#options.context.payloads)).text;
      steered.isWritten = input?.includes(JSON.stringify(steerIdOf(steered.message))) === true;
    }
  }

  /** Writes what was not written yet, in order, if the turn can take it; refuses it when the turn cannot any more. */
  flush({ steering = 'over' }: Standing, position: Position): void {
    if (steering === 'over' || this.#isEnding) return this.#refuseUnwritten(position);
    if (steering === 'soon') return;
    for (const steered of this.#open.values()) {
      const { message, text, isWritten } = steered;
      if (isWritten === true) continue;
      if (text === null || isWritten === null) return;
      steered.isWritten = true;
      this.#options.facts.report({ type: 'steer.written', messageId: message.messageId });
      this.#options.write(message, text);
    }
  }

  settle({ messageId, isTaken }: { messageId: string; isTaken: boolean }, position: Position | null): void {
    if (!this.#open.delete(messageId)) return;
    this.#options.facts.report({ type: isTaken ? 'steer.taken' : 'steer.refused', messageId, position });
  }

  /** The turn is over: what has no answer by now has none to come; of a turn that was lost nobody knows. */
  end(position: Position | null, isLost: boolean): void {
    this.#refuseUnwritten(position);
    if (!isLost)
      for (const messageId of this.#open.keys()) this.settle({ messageId, isTaken: false }, position);
    this.#open.clear();
    this.#isEnding = false;
  }

  #refuseUnwritten(position: Position | null): void {
    for (const [messageId, { isWritten }] of this.#open)
      if (isWritten === false) this.settle({ messageId, isTaken: false }, position);
  }

  #note(message: QueuedMessage, isWritten: false | null): void {
    this.#open.set(message.messageId, { message, text: null, isWritten });
  }
}
