/** Takes charge of a process: reads what it prints, silently up to what is known, and says when it is over. */
import { discard } from '../../processes/sweep.ts';
import type { ExecutorOptions } from '../agent-context.ts';
import type { Facts } from '../facts.ts';
import { damaged } from '../failures.ts';
import { Channel } from './channel.ts';
import type { Conversation } from './conversation.ts';
import type { Launched } from './launcher.ts';
import { ANEW, LiveProcess, type FoundProcess } from './live-process.ts';
import { completeDelivery, endLeft, findProcess, readAnswers } from './recovery.ts';
import type { Steering } from './steering.ts';

export interface ReaderOptions extends ExecutorOptions {
  conversation: Conversation;
  facts: Facts;
  steering: Steering;
  signal: AbortSignal;
  /** A line was read, and told. */
  onLine: () => void;
}

export class Reader {
  readonly #options: ReaderOptions;
  #stopped = new AbortController();

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Takes charge of a process that was launched, of which nothing is read yet; ends it when it was let go of meanwhile. */
  async takeOver(launched: Launched): Promise<void> {
    try {
      await this.#adopt({ ...launched, ...ANEW }, false);
    } catch (error) {
      await discard(launched.run);
      throw error;
    }
  }

  /** `isKnown`: it is on record, so that the next engine finds it. */
  async #adopt(found: FoundProcess, isKnown: boolean): Promise<void> {
    const { context, conversation, signal, report } = this.#options;
    const { run } = found;
    this.#stopped = new AbortController();
    const channel = new Channel({
      run,
      log: context.log,
      signal: AbortSignal.any([signal, this.#stopped.signal]),
    });
    await channel.open();
    signal.throwIfAborted();
    conversation.process = new LiveProcess(found, { channel, isKnown });
    context.pool.join(run.id, () => report({ type: 'process.retire' }));
  }

  /** Takes up what an earlier engine left, or ends it: nobody would hear of it, and the next works on the same session. */
  async attach(): Promise<void> {
    const { conversation, signal } = this.#options;
    try {
      await this.#takeUp();
    } catch (error) {
      if (!signal.aborted && conversation.process === null) await endLeft(this.#options);
      throw error;
    }
  }

  async #takeUp(): Promise<void> {
    const { chat, facts, steering, report } = this.#options;
    const found = await findProcess(this.#options);
    await steering.takeUp(found.is === 'absent' ? null : found);
    if (found.is === 'absent') {
      const standing = { sessionId: null, openTools: 0, selfDirected: null, tasks: [] };
      facts.said({ messageId: null, events: [], position: chat.position, standing });
      if (found.message === null && facts.isDirectionOpen) facts.rested(chat.position);
      return report({ type: 'process.found', ...found });
    }
    await this.#adopt(found, true);
    report({ type: 'process.found', is: found.is, message: found.given?.message ?? null });
    await this.#greet();
  }

  /** Resolves when all that was printed so far was read, or nothing will be. */
  begin(): Promise<void> {
    return new Promise((resolve) => void this.#read(resolve));
  }

  /** Reads what a process that was found printed, completes what it was given, and asks it what it does. */
  async #greet(): Promise<void> {
    const { codec, conversation, chat } = this.#options;
    const { process } = conversation;
    if (process === null) return;
    if (process.found.is === 'running') await this.#completeInput(process);
    const caughtUp = this.begin();
    if (process.found.is === 'ended') return;
    await caughtUp;
    if (process !== conversation.process || this.#stopped.signal.aborted) return;
    if (codec.answeredBy !== undefined) {
      const from = process.given?.inputOffset ?? 0;
      conversation.settle(process, await readAnswers(process.run, { from, answeredBy: codec.answeredBy }));
    }
    await conversation.send({ type: 'greet' });
    for (const { id: taskId, state } of chat.tasks ?? [])
      if (state === 'stopping') await conversation.send({ type: 'stopTask', taskId });
    conversation.sayLogin();
  }

  /** What it still prints is not read. */
  stop(): void {
    this.#stopped.abort(new Error('The process is gone.'));
  }

  /** A line that was cut off is no frame with its end either, and the agent passes over it. */
  async #completeInput({ run, channel, given }: LiveProcess): Promise<void> {
    const isWhole = given === null || (await completeDelivery(run, given));
    if (!(await channel.open())) await channel.write('\n');
    if (!isWhole) await channel.write(given.line);
  }

  async #read(onceCaughtUp: () => void): Promise<void> {
    const { conversation, context, report } = this.#options;
    const { process } = conversation;
    if (process === null) return;
    const { from, openedSince } = process.found;
    let openedAt = openedSince;
    const isOurs = () => process === conversation.process;
    const onLine = (text: string) => (isOurs() ? this.#line(process, text, openedAt) : Promise.resolve());
    const onCaughtUp = () => {
      openedAt = null;
      onceCaughtUp();
    };
    try {
      const end = await process.channel.read({ from, onLine, onCaughtUp });
      if (end.isOver && isOurs()) report({ type: 'process.exited', code: end.exitCode });
    } catch (error) {
      context.log.error({ err: error, runId: process.run.id }, 'the output of an agent cannot be followed');
      this.stop();
      if (isOurs()) report({ type: 'process.damaged', failure: damaged(this.#options.codec) });
    } finally {
      onCaughtUp();
    }
  }

  async #line(process: LiveProcess, text: string, openedAt: number | null): Promise<void> {
    const { codec, conversation, context, report } = this.#options;
    const { offset } = process.channel;
    const { silentUntil } = process.found;
    const step = codec.translate(process.state, text, conversation.momentOf(process, openedAt));
    if (step === 'noise') return context.log.debug({ runId: process.run.id, offset }, 'a line is no frame');
    if (step === 'damaged') {
      this.stop();
      context.log.warn({ runId: process.run.id, offset }, damaged(codec).message);
      return report({ type: 'process.damaged', failure: damaged(codec) });
    }
    if (step.remark !== undefined)
      context.log.warn({ runId: process.run.id, remark: step.remark }, 'an agent remarked on its setup');
    const isTold = offset <= silentUntil && (step.said ?? []).length > 0;
    process.noticeIf(isTold, { sessionId: null });
    if (offset > silentUntil) await conversation.take(process, step);
    else if (step.end === undefined || process.given === null) return void (process.state = step.state);
    else await conversation.take(process, { state: step.state, end: step.end }); // its line in the log is lost
    this.#options.onLine();
    if (context.isLagging()) await context.settled();
  }
}
