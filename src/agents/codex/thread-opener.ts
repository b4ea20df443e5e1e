import type { Policy } from '../../contract/chats.ts';
import type { AgentSessionInput } from '../../contract/facts.ts';
import type { QueuedMessage, TurnRecord } from '../../contract/records.ts';
import type { ChatThread } from './chat-thread.ts';
import type { AgentContext } from '../agent-context.ts';
import type { Facts } from '../facts.ts';
import { CodexDeliverySchema } from './delivery.ts';
import { CodexFailure, NOT_RUNNING } from './failures.ts';
import {
  beginAnew,
  isKnownToThread,
  resumeThread,
  startThread,
  type OpenThread,
  type ThreadOptions,
} from './preparation.ts';
import { isWritten } from './recovery.ts';
import { lossOf } from '../context-loss.ts';
import { isWithin } from '../within.ts';
import { openNativeSession, type NativeSession } from '../native-session.ts';
import { threadWithout } from './refused-input.ts';
import { promptIn } from './rollout.ts';
import type { CodexServer } from './server.ts';
import type { CodexServers } from './servers.ts';
import { standingOf } from './state.ts';

export interface ThreadOpenerOptions {
  context: AgentContext;
  servers: CodexServers;
  facts: Facts;
  chat: Pick<AgentSessionInput, 'sessionMark' | 'turnIds'>;
  chatId: string;
  policy: Policy;
  /** The chat is let go. */
  signal: AbortSignal;
}

/** How long a message may take to be taken out of its thread. */
const TAKING_BACK_MS = 10_000;

/** Opens the thread of one chat in a server that lives, once per server. */
export class ThreadOpener {
  /** What others say in the thread. */
  readonly native: NativeSession;
  readonly #options: ThreadOpenerOptions;
  readonly #thread: ChatThread;
  #opened: { server: CodexServer; thread: OpenThread } | null = null;

  constructor(thread: ChatThread, options: ThreadOpenerOptions) {
    this.#thread = thread;
    this.#options = options;
    this.native = openNativeSession(options.chat, { promptIn, now: options.context.now });
    thread.takeBack = (message) => isWithin(this.#takeBack(message), TAKING_BACK_MS).catch(() => false);
    options.facts.measure = (sessionId) => this.native.measure(sessionId);
  }

  /** A notice comes once, and never for a thread that the chat has not heard of. */
  async open(): Promise<OpenThread> {
    const { servers, facts, signal } = this.#options;
    const server = await servers.obtain(this.#thread.server, signal);
    signal.throwIfAborted();
    const isJoined = this.#thread.server === server;
    if (isJoined && this.#opened?.server === server) return this.#opened.thread;
    if (!isJoined) await this.#join(server);
    const opened = await this.#openThread();
    const silent = { ...opened, notice: null };
    this.#thread.state = { ...this.#thread.state, threadId: opened.threadId };
    this.#opened = { server, thread: silent };
    await this.#lookForGap(opened);
    return facts.sessionId === null ? silent : opened;
  }

  /** What cannot be a rollout is not shown to the server, which would read it for ever. */
  async #openThread(): Promise<OpenThread> {
    const { threadId } = this.#thread.state;
    const options = this.where();
    if (threadId === null) return startThread(options);
    const { state, reason, notice } = await this.native.examine(threadId);
    const isUsable = state !== 'unusable';
    const opened = isUsable ? await resumeThread(threadId, options) : await beginAnew(reason, options);
    const told = opened.isNew ? opened.notice : notice;
    const { log } = this.#options.context;
    if (told !== null) log.warn({ chatId: this.#options.chatId }, told);
    return { ...opened, notice: told };
  }

  /** Nobody else can write to a thread that is open, so it is looked at when it is opened. */
  async #lookForGap({ threadId, isNew, rollout }: OpenThread): Promise<void> {
    const { facts } = this.#options;
    const { native } = this;
    if (isNew) return native.begin(threadId, rollout);
    if (rollout !== null) native.locate(threadId, rollout);
    const gap = await native.look(threadId);
    if (gap === null) return;
    const { state, position } = this.#thread;
    facts.said({ messageId: null, events: [gap], position, standing: standingOf(state) });
  }

  /** Whether the message of a turn may have reached the agent before its server died. */
  async wasBegun(turn: TurnRecord | null, { run }: CodexServer): Promise<boolean> {
    const { context } = this.#options;
    const delivery = CodexDeliverySchema.parse(turn?.delivery);
    if (turn === null || !(await isWritten(run, { delivery, context }))) return false;
    const { threadId } = await this.open();
    const { server } = this.#thread;
    return server === null || isKnownToThread({ clientId: turn.message.turnId, threadId }, server);
  }

  async #takeBack(message: QueuedMessage): Promise<void> {
    const { facts, context, chatId } = this.#options;
    const { threadId } = this.#thread.state;
    if (threadId === null) return;
    const opened = await threadWithout(message, threadId, this.where());
    const { state, position } = this.#thread;
    this.#thread.state = { ...state, threadId: opened.threadId };
    this.#opened = null;
    if (opened.isNew) this.native.begin(opened.threadId, opened.rollout);
    else if (opened.rollout !== null) this.native.locate(opened.threadId, opened.rollout);
    const notice = opened.notice ?? '';
    context.log.warn({ chatId }, notice);
    const gap = { timestamp: context.now().toISOString(), ...lossOf(opened.threadId, notice) };
    const { messageId } = message;
    facts.said({ messageId, events: [gap], position, standing: standingOf(this.#thread.state) });
  }

  /** Where the thread is open. */
  where(): ThreadOptions {
    const { context, chatId, policy } = this.#options;
    const { server } = this.#thread;
    if (server === null) throw new CodexFailure(NOT_RUNNING);
    return { context, server, chatId, policy };
  }

  async #join(server: CodexServer): Promise<void> {
    this.#thread.leave();
    const { offset } = server;
    await this.#thread.join(server, { from: offset, silentUntil: offset });
  }
}
