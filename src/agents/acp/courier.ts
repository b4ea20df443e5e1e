import type { AgentSessionInput } from '../../contract/facts.ts';
import type { Delivery, QueuedMessage } from '../../contract/records.ts';
import { isAlive } from '../../process/identify.ts';
import { kill } from '../../process/terminate.ts';
import { loadInput, storeInput } from '../delivery-input.ts';
import { findInstallation, type Installation } from '../installation.ts';
import { contentOf } from '../message-content.ts';
import { isWithin } from '../within.ts';
import { AcpProcess, type FollowRange, type ProcessOptions } from './acp-process.ts';
import type { AcpContext } from './context.ts';
import type { Conversation } from './conversation.ts';
import { AcpDeliverySchema, promptIn, type AcpDelivery } from './delivery.ts';
import { endProcess } from './ending.ts';
import type { Facts } from '../facts.ts';
import { AcpFailure, unavailable } from './failures.ts';
import { blocksOf, promptLine } from './lines.ts';
import { awaitGreeting, launchAgent, launchedWith, openSession } from './opening.ts';
import type { OptionName } from './options.ts';
import { makeSettings } from './settings.ts';
import { freshState, withTurn } from './state.ts';

export interface CourierOptions {
  context: AcpContext;
  chat: AgentSessionInput;
  facts: Facts;
  conversation: Conversation;
  /** Lets go of everything. */
  signal: AbortSignal;
  /** Called when a process should end because it rests. */
  retire: (process: AcpProcess) => void;
}

/** How long a message waits for a process that is on its way out. */
const LEAVING_MS = 10_000;

/** A process that printed or read so much is replaced when it rests. */
const SPOOL_BYTES = 64 * 1024 * 1024;

/** Brings messages to the agent: to the process that lives, or to a new one. */
export class Courier {
  /** A message was prepared and neither delivered nor abandoned. */
  isPrepared = false;
  readonly #options: CourierOptions;
  /** The native session that the last message was given to. */
  #deliveredTo: string | null;
  /** To be told with the next message. */
  #notice: string | null = null;

  constructor(options: CourierOptions) {
    this.#options = options;
    const { turn } = options.chat;
    this.#deliveredTo = AcpDeliverySchema.safeParse(turn?.delivery).data?.sessionId ?? null;
  }

  async prepare(message: QueuedMessage): Promise<void> {
    const { context, facts, conversation, signal } = this.#options;
    this.abandon();
    conversation.isExitAwaited = false;
    const installation = await findInstallation(context.findProgram());
    if (installation === null) throw new AcpFailure(unavailable(context));
    await context.login.ready();
    const process = await this.#obtain(installation);
    context.pool.work(process.run.id);
    await makeSettings(process, context, message);
    const delivery = await this.#write(process, message);
    signal.throwIfAborted();
    this.isPrepared = true;
    process.isKnown = true;
    facts.report({ type: 'turn.prepared', messageId: message.messageId, delivery });
  }

  abandon(): void {
    const { conversation, context } = this.#options;
    const { process } = conversation;
    this.isPrepared = false;
    if (process === null) return;
    process.release();
    if (conversation.message === null) context.pool.rest(process.run.id);
  }

  async deliver(message: QueuedMessage, given: Delivery): Promise<void> {
    const { context, conversation } = this.#options;
    const delivery = AcpDeliverySchema.parse(given);
    const line = await loadInput(delivery.input, context.payloads);
    await context.settled();
    const { process } = conversation;
    if (process?.run.id !== delivery.runId || process.isLeaving) return this.prepare(message);
    this.isPrepared = false;
    this.#deliveredTo = delivery.sessionId;
    this.#notice = null;
    const { notice } = delivery;
    conversation.message = message;
    process.state = withTurn(process.state, { turnId: message.turnId, prompt: promptIn(line), notice });
    context.pool.work(process.run.id);
    const written = process.write(line);
    process.release();
    await written;
  }

  /** Follows a process, from its beginning or from where the last engine stopped. */
  async follow(
    found: Pick<ProcessOptions, 'run' | 'state' | 'configuration' | 'answered'>,
    range: FollowRange,
  ): Promise<AcpProcess> {
    const { context, conversation, signal, retire } = this.#options;
    const { now, log } = context;
    const process = new AcpProcess({ ...found, name: context, listener: conversation, now, log, signal });
    conversation.adopt(process, () => retire(process));
    await process.start(range);
    return process;
  }

  /** The process that lives, if it can take another message as it is, or a new one. */
  async #obtain(installation: Installation): Promise<AcpProcess> {
    const { context, conversation } = this.#options;
    const { process } = conversation;
    if (process === null) return this.#launch(installation);
    // Its end may not have been noticed yet.
    if (!isAlive(process.run)) process.isLeaving = true;
    if (process.isLeaving && !(await isWithin(process.ended, LEAVING_MS))) {
      throw new Error('the last process of this chat does not end');
    }
    const isWanted = process.configuration === launchedWith(context, installation);
    const isSmall = process.offset < SPOOL_BYTES && process.inputEnd < SPOOL_BYTES;
    if (!process.isLeaving && isWanted && isSmall && process.state.sessionId !== null) return process;
    if (!process.isLeaving) await endProcess(process);
    return this.#launch(installation);
  }

  async #launch(installation: Installation): Promise<AcpProcess> {
    const { context, facts, signal } = this.#options;
    await context.settled();
    signal.throwIfAborted();
    const run = await launchAgent(context, { installation, signal });
    const configuration = launchedWith(context, installation);
    const state = freshState(context.provider);
    this.#options.conversation.foundDead = null;
    const process = await this.follow({ run, state, configuration }, { from: 0, silentUntil: 0 });
    await this.#open(process).catch(async (error: unknown) => {
      await kill(run, { toolsOpenedSince: null });
      throw error;
    });
    if (facts.sessionId === null) this.#notice = null;
    return process;
  }

  async #open(process: AcpProcess): Promise<void> {
    const { context, facts } = this.#options;
    await awaitGreeting(process, context);
    this.#notice = await openSession(process, context, facts.sessionId ?? this.#deliveredTo);
    for (const [name, choice] of Object.entries(process.state.options)) {
      if (choice === null) continue;
      const { current } = choice;
      process.chosen.set(name as OptionName, { wanted: current, current });
    }
  }

  /** The message itself is not written here. */
  async #write(process: AcpProcess, message: QueuedMessage): Promise<AcpDelivery> {
    const { context } = this.#options;
    const { payloads, title } = context;
    const { sessionId, capabilities } = process.state;
    if (sessionId === null) throw new Error('the agent opened no session');
    const { text, images } = await contentOf(message, payloads);
    if (images.length > 0 && !capabilities.image) {
      throw new AcpFailure({ code: 'images_unsupported', message: `${title} takes no images.` });
    }
    const line = promptLine(sessionId, message.turnId, blocksOf(text, images));
    await process.hold();
    return {
      runId: process.run.id,
      sessionId,
      input: await storeInput(line, payloads),
      inputOffset: process.inputEnd,
      outputOffset: process.offset,
      notice: this.#notice,
    };
  }
}
