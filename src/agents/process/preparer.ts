/** Makes a process ready for a message, step by step, and keeps its output back until the message is handed over. */
import type { Delivery, QueuedMessage } from '../../contract/records.ts';
import type { ExecutorOptions } from '../agent-context.ts';
import type { Wanted } from '../codec.ts';
import { readContent } from '../../storage/payloads.ts';
import { loadInput, readDelivery, storeInput } from '../delivery-input.ts';
import type { Preparation } from '../step.ts';
import type { Conversation } from './conversation.ts';
import type { LiveProcess } from './live-process.ts';
import type { SessionWatch } from './session-watch.ts';

export interface PreparerOptions extends ExecutorOptions {
  conversation: Conversation;
  session: SessionWatch;
  /** Another process has to take the message, launched with this as `before`. */
  onUnfit: (state: unknown) => void;
  onBroken: (error: unknown) => void;
}

export class Preparer {
  readonly #options: PreparerOptions;
  #wanted: Wanted | null = null;
  /** What came of an earlier one is not reported any more. */
  #latest: Wanted | null = null;

  constructor(options: PreparerOptions) {
    this.#options = options;
  }

  async begin(message: QueuedMessage): Promise<void> {
    const { context } = this.#options;
    this.release();
    this.#wanted = { message, ...(await readContent(message.content, context.payloads)) };
    this.#latest = this.#wanted;
    this.step();
  }

  /** Takes the next step, if a message waits for one. */
  step(): void {
    const { codec, conversation, report, onBroken } = this.#options;
    const { process } = conversation;
    const wanted = this.#wanted;
    if (wanted === null || process === null) return;
    const { state } = process;
    const prepared: Preparation = process.isRefused
      ? { state, outcome: 'unfit' }
      : codec.prepare(state, wanted, conversation.momentOf(process));
    process.isRefused ||= prepared.outcome === 'refused';
    if (prepared.outcome !== 'waiting') this.#wanted = null;
    if (prepared.outcome === 'ready') process.channel.pause();
    conversation
      .take(process, prepared)
      .then(() => {
        if (process !== conversation.process || this.#latest !== wanted) return undefined;
        if (prepared.outcome === 'ready') return this.#reportReady(process, wanted, prepared);
        if ('failure' in prepared) report({ type: 'process.failed', failure: prepared.failure });
        else if (prepared.outcome === 'unfit') this.#reportUnfit(process);
        else if ((prepared.lines ?? []).length > 0) report({ type: 'process.advanced' });
        return undefined;
      })
      .catch(onBroken);
  }

  /** The message is not wanted any more, or not as it was prepared. */
  release(): void {
    this.forget();
    this.#options.conversation.process?.channel.resume();
  }

  forget(): void {
    this.#wanted = null;
    this.#latest = null;
  }

  /** Hands the message over: its line is on disk before it is written. */
  async deliver(message: QueuedMessage, given: Delivery): Promise<void> {
    const { context, codec, conversation, session } = this.#options;
    const { process } = conversation;
    const delivery = readDelivery(given);
    const line = await loadInput(delivery.input, context.payloads);
    await context.settled();
    if (process === null || process !== conversation.process) return;
    const { inputOffset, notice } = delivery;
    process.given = { message, line, inputOffset, notice };
    session.deliveredTo = delivery.sessionId;
    this.forget();
    const text = line.toString('utf8');
    await conversation.send({ type: 'give', message, delivery, line: text });
    const written = process.channel.write(line);
    process.channel.resume();
    await written;
    if (codec.isOpened !== undefined) return;
    await process.channel.free({ input: inputOffset, output: delivery.outputOffset });
  }

  #reportUnfit({ state }: LiveProcess): void {
    this.#options.onUnfit(state);
    this.#options.report({ type: 'process.unfit' });
  }

  async #reportReady(
    process: LiveProcess,
    wanted: Wanted,
    { line, sessionId, isNew, notice, note = {} }: Extract<Preparation, { outcome: 'ready' }>,
  ): Promise<void> {
    const { context, session, report } = this.#options;
    await process.channel.written();
    const delivery: Delivery = {
      runId: process.run.id,
      sessionId,
      input: await storeInput(line, context.payloads),
      inputOffset: process.channel.inputEnd,
      outputOffset: process.channel.offset,
      notice,
      note,
    };
    const { message } = wanted;
    if (this.#latest !== wanted) return;
    process.isKnown = true;
    if (notice !== null) context.log.warn({ chatId: this.#options.chat.chatId }, notice);
    const marked = session.mark(delivery, { message, sessionId, isNew });
    report({ type: 'process.prepared', messageId: message.messageId, delivery: marked });
  }
}
