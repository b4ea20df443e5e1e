import type { AgentSessionInput } from '../../contract/facts.ts';
import type { Delivery, QueuedMessage } from '../../contract/records.ts';
import type { Run } from '../../process/run.ts';
import { kill, terminate } from '../../process/terminate.ts';
import type { AgentContext } from '../agent-context.ts';
import { lossOf } from '../context-loss.ts';
import { loadInput } from '../delivery-input.ts';
import type { Facts } from '../facts.ts';
import { findInstallation, type Installation } from '../installation.ts';
import { openNativeSession, type NativeSession } from '../native-session.ts';
import { isWithin } from '../within.ts';
import type { ChatThread } from './chat-thread.ts';
import { Deaths } from './deaths.ts';
import { CodexDeliverySchema, deliveryOf } from './delivery.ts';
import { CodexFailure, NOT_RUNNING, unavailable } from './failures.ts';
import { launchServer } from './launch.ts';
import { wantedConfiguration } from './login.ts';
import {
  beginAnew,
  isKnownToThread,
  resumeThread,
  startThread,
  threadWithout,
  type OpenThread,
  type ThreadOptions,
} from './opening.ts';
import { CodexProcess } from './process.ts';
import { isWritten } from './recovery.ts';
import { promptIn } from './rollout.ts';
import { standingOf, withTurn } from './state.ts';

export interface CourierOptions {
  context: AgentContext;
  chat: Pick<AgentSessionInput, 'chatId' | 'policy' | 'sessionMark' | 'turnIds'>;
  facts: Facts;
  thread: ChatThread;
  /** The chat is let go. */
  signal: AbortSignal;
  /** Called when a process should end because it rests. */
  retire: (process: CodexProcess) => void;
}

const TERMINATED_MS = 3_000;
const KILLED_MS = 5_000;
const GREETING_MS = 30_000;

/** How long a message may take to be taken out of its thread. */
const TAKING_BACK_MS = 10_000;

/** A process that printed or read so much is replaced between two messages. */
const SPOOL_BYTES = 64 * 1024 * 1024;

/** Brings messages to the thread: in the process that lives, or in a new one. */
export class Courier {
  /** What others say in the thread. */
  readonly native: NativeSession;
  readonly #options: CourierOptions;
  #opened: { process: CodexProcess; thread: OpenThread } | null = null;
  readonly #deaths = new Deaths();

  constructor(options: CourierOptions) {
    this.#options = options;
    this.native = openNativeSession(options.chat, { promptIn, now: options.context.now });
    options.facts.measure = (sessionId) => this.native.measure(sessionId);
  }

  /** A process that dies meanwhile is no reason to fail: there may be another. */
  async prepare(message: QueuedMessage): Promise<void> {
    const { thread } = this.#options;
    thread.isExitAwaited = false;
    thread.reserve(true);
    const { process } = thread;
    try {
      await this.#prepare(message);
    } catch (error) {
      if (process === null || process.isAlive) throw error;
      await process.ended;
      await this.#prepare(message);
    }
  }

  async deliver(message: QueuedMessage, given: Delivery): Promise<void> {
    const { context, thread } = this.#options;
    const delivery = CodexDeliverySchema.parse(given);
    const line = await loadInput(delivery.input, context.payloads);
    await context.settled();
    const { process } = thread;
    if (process?.run.id !== delivery.runId || process.isLeaving) return this.prepare(message);
    const { turnId: clientId, planMode } = message;
    thread.message = message;
    thread.state = withTurn(thread.state, { clientId, notice: delivery.notice, planMode });
    thread.reserve(false);
    await process.write(line);
  }

  /** Follows a process, from its beginning or from where the last engine stopped. */
  async follow(
    found: { run: Run; configuration: string | null; isFound: boolean },
    { from, silentUntil }: { from: number; silentUntil: number },
  ): Promise<CodexProcess> {
    const { context, thread, retire } = this.#options;
    const { findProgram, login, log } = context;
    const process = new CodexProcess({ ...found, findProgram, login, log, listener: thread });
    thread.adopt(process, { silentUntil, retire: () => retire(process) });
    await process.start(from);
    void process.ended.then(() => {
      if (!process.isLeaving && !thread.isFoundDead) this.#deaths.count();
    });
    return process;
  }

  /** Opens the thread, once per process: a notice comes once, and never for a thread that the chat has not heard of. */
  async open(process: CodexProcess): Promise<OpenThread> {
    const { thread, facts } = this.#options;
    if (this.#opened?.process === process) return this.#opened.thread;
    const opened = await this.#openThread(process);
    const silent = { ...opened, notice: null };
    thread.state = { ...thread.state, threadId: opened.threadId };
    this.#opened = { process, thread: silent };
    await this.#lookForGap(opened);
    return facts.sessionId === null ? silent : opened;
  }

  /** Whether the message of a turn may have reached the agent before its process died. */
  async wasBegun(
    turn: { message: QueuedMessage; delivery: unknown },
    { run }: CodexProcess,
  ): Promise<boolean> {
    const { context } = this.#options;
    const delivery = CodexDeliverySchema.parse(turn.delivery);
    if (!(await isWritten(run, { delivery, context }))) return false;
    const process = await this.#obtain();
    const { threadId } = await this.open(process);
    return isKnownToThread({ clientId: turn.message.turnId, threadId }, process);
  }

  async takeBack(message: QueuedMessage): Promise<unknown> {
    return isWithin(this.#takeBack(message), TAKING_BACK_MS).catch(() => false);
  }

  /** Ends a process that rests. Rejects when it is still there after all attempts. */
  async end(process: CodexProcess): Promise<void> {
    process.isLeaving = true;
    terminate(process.run, { toolsOpenedSince: null });
    if (await isWithin(process.ended, TERMINATED_MS)) return;
    await kill(process.run, { toolsOpenedSince: null });
    if (!(await isWithin(process.ended, KILLED_MS))) throw new Error('The server of Codex cannot be ended.');
  }

  async #prepare(message: QueuedMessage): Promise<void> {
    const { facts } = this.#options;
    const process = await this.#obtain();
    const opened = await this.open(process);
    const { context, chat } = this.#options;
    const given = { process, thread: opened, policy: chat.policy, payloads: context.payloads };
    const delivery = this.native.mark(await deliveryOf(message, given), message);
    facts.report({ type: 'turn.prepared', messageId: message.messageId, delivery });
  }

  /** The process that lives, if it can take another message as it is, or a new one. */
  async #obtain(): Promise<CodexProcess> {
    const { context, thread, signal } = this.#options;
    await context.login.ready();
    signal.throwIfAborted();
    const program = context.findProgram();
    const installation = await findInstallation(program);
    if (installation === null) throw new CodexFailure(unavailable(program));
    const { process } = thread;
    if (process !== null) {
      if (this.#isUsable(process, installation)) return process;
      await this.end(process);
    }
    return this.#launch(installation);
  }

  #isUsable(process: CodexProcess, installation: Installation): boolean {
    const isWanted = process.configuration === wantedConfiguration(this.#options.context.login, installation);
    const isSmall = process.offset < SPOOL_BYTES && process.inputEnd < SPOOL_BYTES;
    return isWanted && isSmall && !process.isLeaving && process.isAlive;
  }

  async #launch(installation: Installation): Promise<CodexProcess> {
    const { context, chat, thread, signal } = this.#options;
    this.#deaths.check();
    await context.settled();
    signal.throwIfAborted();
    const configuration = wantedConfiguration(context.login, installation);
    thread.isFoundDead = false;
    const run = await launchServer(context, { installation, chatId: chat.chatId, signal });
    const process = await this.follow({ run, configuration, isFound: false }, { from: 0, silentUntil: 0 });
    const isGreeted = await isWithin(process.greeted, GREETING_MS);
    if (!isGreeted) {
      await this.end(process);
      throw new CodexFailure({ code: 'agent_error', message: 'Codex did not start in time.' });
    }
    await isWithin(process.account.begin(), GREETING_MS);
    return process;
  }

  /** What cannot be a rollout is not shown to the server, which would read it for ever. */
  async #openThread(process: CodexProcess): Promise<OpenThread> {
    const { context, chat, thread } = this.#options;
    const { threadId } = thread.state;
    const options = this.#where(process);
    if (threadId === null) return startThread(options);
    const { state, reason, notice } = await this.native.examine(threadId);
    const isUsable = state !== 'unusable';
    const opened = isUsable ? await resumeThread(threadId, options) : await beginAnew(reason, options);
    const told = opened.isNew ? opened.notice : notice;
    if (told !== null) context.log.warn({ chatId: chat.chatId }, told);
    return { ...opened, notice: told };
  }

  /** Nobody else can write to a thread that is open, so it is looked at when it is opened. */
  async #lookForGap(opened: OpenThread): Promise<void> {
    const { facts, thread } = this.#options;
    this.#keepPlace(opened);
    const gap = opened.isNew ? null : await this.native.look(opened.threadId);
    if (gap === null) return;
    const { state, position } = thread;
    facts.said({ messageId: null, events: [gap], position, standing: standingOf(state) });
  }

  #keepPlace({ threadId, isNew, rollout }: OpenThread): void {
    if (isNew) this.native.begin(threadId, rollout);
    else if (rollout !== null) this.native.locate(threadId, rollout);
  }

  async #takeBack({ messageId, ...message }: QueuedMessage): Promise<void> {
    const { facts, context, chat, thread } = this.#options;
    const { threadId } = thread.state;
    if (threadId === null || thread.process === null) throw new CodexFailure(NOT_RUNNING);
    const opened = await threadWithout({ messageId, ...message }, threadId, this.#where(thread.process));
    thread.state = { ...thread.state, threadId: opened.threadId };
    this.#opened = null;
    this.#keepPlace(opened);
    const notice = opened.notice ?? '';
    context.log.warn({ chatId: chat.chatId }, notice);
    const gap = { timestamp: context.now().toISOString(), ...lossOf(opened.threadId, notice) };
    const { state, position } = thread;
    facts.said({ messageId, events: [gap], position, standing: standingOf(state) });
  }

  #where(process: CodexProcess): ThreadOptions {
    const { context, chat } = this.#options;
    return { context, process, policy: chat.policy };
  }
}
