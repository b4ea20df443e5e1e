import type { Failure } from '../../contract/chats.ts';
import type { AgentCommand, AgentFact, AgentSessionInput } from '../../contract/facts.ts';
import type { Delivery, QueuedMessage } from '../../contract/records.ts';
import type { AgentSession } from '../agent.ts';
import { createMailbox } from '../mailbox.ts';
import { OpenQuestions } from '../open-questions.ts';
import { runIdOf } from '../request-ids.ts';
import { ChatThread } from './chat-thread.ts';
import type { AgentContext } from '../agent-context.ts';
import { loadInput } from '../delivery-input.ts';
import { desert, press, putAway } from './departure.ts';
import { CodexDeliverySchema } from './delivery.ts';
import { Facts } from '../facts.ts';
import { CodexFailure, NOT_RUNNING } from './failures.ts';
import { prepareDelivery } from './preparation.ts';
import { Planning, type Decision } from './planning.ts';
import { recover } from './recovery.ts';
import { answerLine } from './requests.ts';
import type { CodexServer } from './server.ts';
import type { CodexServers } from './servers.ts';
import { isAtRest, withTurn } from './state.ts';
import { Steers } from './steering.ts';
import { ThreadOpener } from './thread-opener.ts';

/** The session of one chat: does what the chat asks, one thing after the other. */
export class CodexSession implements AgentSession {
  readonly #context: AgentContext;
  readonly #servers: CodexServers;
  readonly #chat: AgentSessionInput;
  readonly #facts: Facts;
  readonly #questions: OpenQuestions;
  readonly #planning: Planning;
  readonly #steers: Steers;
  readonly #thread: ChatThread;
  readonly #mailbox = createMailbox((error) => this.#onFailure(error));
  readonly #opener: ThreadOpener;
  /** The chat leaves. */
  #isStopping = false;
  /** The chat waits for the end of the server. */
  #isExitAwaited = false;
  readonly #letGo = new AbortController();

  constructor(
    { context, servers }: { context: AgentContext; servers: CodexServers },
    chat: AgentSessionInput,
    report: (fact: AgentFact) => void,
  ) {
    const { chatId, policy, requests: open } = chat;
    this.#context = context;
    this.#servers = servers;
    this.#chat = chat;
    this.#facts = new Facts(report, chat);
    const { requestTimeoutMs: timeoutMs, now } = context;
    this.#questions = new OpenQuestions({ open, timeoutMs, now, report: this.#facts.report });
    const post = (task: () => Promise<void>) => this.#mailbox.post(() => this.#orExit(task));
    this.#steers = new Steers({ context, facts: this.#facts }, chat.steering);
    this.#planning = new Planning({ context, chatId, policy, questions: this.#questions });
    this.#planning.delivery = chat.turn?.delivery;
    const shared = { context, chatId, policy, facts: this.#facts };
    const options = {
      ...shared,
      questions: this.#questions,
      planning: this.#planning,
      steers: this.#steers,
      onRest: () => this.#isStopping && post(() => this.#leave()),
      onGone: (server: CodexServer, failure: Failure) => post(() => this.#bury(server, failure)),
    };
    this.#thread = new ChatThread(options, chat.sessionId);
    this.#opener = new ThreadOpener(this.#thread, { ...shared, chat, servers, signal: this.#letGo.signal });
    post(() => this.#recover());
  }

  command(command: AgentCommand): void {
    const isUrgent = command.type === 'agent.terminate' || command.type === 'agent.kill';
    this.#steers.hear(command, this.#thread.position);
    if (isUrgent && this.#thread.server !== null) void this.#orExit(async () => this.#perform(command));
    else this.#mailbox.post(() => this.#perform(command));
  }

  detach(): void {
    this.#letGo.abort(new Error('The session was let go.'));
    this.#facts.mute();
    this.#mailbox.close();
    const server = this.#thread.leave();
    if (server?.isDeserted === true) this.#servers.letGo(server);
  }

  #perform(command: AgentCommand): Promise<void> | void {
    const thread = this.#thread;
    switch (command.type) {
      case 'agent.prepare':
        return this.#orExit(() => this.#prepare(command.message));
      case 'agent.abandon':
        return this.#reserve(false);
      case 'agent.deliver':
        return this.#orExit(() => this.#deliver(command.message, command.delivery));
      case 'agent.steer':
        this.#opener.native.expect(command.message.turnId);
        return this.#orExit(() => this.#steers.say(command.message, this.#thread));
      case 'agent.interrupt':
        return thread.isReserved ? undefined : thread.interrupt();
      case 'agent.ping':
        return this.#ping();
      case 'agent.answer':
        return this.#orExit(() => this.#answer(command));
      case 'agent.stop':
        return this.#orExit(() => this.#stop());
      case 'agent.terminate':
      case 'agent.kill':
        return this.#endServer(command.type);
    }
  }

  #recover(): Promise<void> {
    return recover(this.#chat, {
      context: this.#context,
      servers: this.#servers,
      thread: this.#thread,
      facts: this.#facts,
      rejoin: async () => void (await this.#opener.open()),
      steers: this.#steers,
      redeliver: ({ message }) => this.#prepare(message),
    });
  }

  async #prepare(message: QueuedMessage): Promise<void> {
    this.#isExitAwaited = false;
    // What was said into its turn has to wait until the message has run.
    this.#steers.forget(this.#thread.position);
    this.#reserve(true);
    const thread = await this.#opener.open();
    const options = this.#opener.where();
    const delivery = this.#opener.native.mark(await prepareDelivery(message, options, thread), message);
    this.#facts.report({ type: 'turn.prepared', messageId: message.messageId, delivery });
  }

  #reserve(isReserved: boolean): void {
    this.#thread.isReserved = isReserved;
    this.#thread.server?.noteWork();
  }

  async #deliver(message: QueuedMessage, given: Delivery): Promise<void> {
    const delivery = CodexDeliverySchema.parse(given);
    const line = await loadInput(delivery.input, this.#context.payloads);
    await this.#context.settled();
    const thread = this.#thread;
    const { server } = thread;
    if (server?.run.id !== delivery.runId || server.isLeaving) return this.#prepare(message);
    const { notice } = delivery;
    thread.message = message;
    thread.state = withTurn(thread.state, { clientId: message.turnId, notice, planMode: message.planMode });
    this.#planning.delivery = delivery;
    this.#reserve(false);
    await server.write(line);
  }

  async #stop(): Promise<void> {
    this.#isStopping = true;
    this.#reserve(false);
    if (this.#thread.message === null && isAtRest(this.#thread.state)) return this.#leave();
    this.#thread.interrupt();
  }

  /** The last chat to leave ends the server. */
  async #leave(): Promise<void> {
    const server = this.#thread.leave();
    if (server?.isDeserted === true && server.failure === null) await this.#servers.end(server);
    this.#facts.exited(NOT_RUNNING);
  }

  async #endServer(how: 'agent.terminate' | 'agent.kill'): Promise<void> {
    const thread = this.#thread;
    const { server, state } = thread;
    if (server === null) return this.#facts.exited(NOT_RUNNING);
    this.#isExitAwaited = true;
    this.#reserve(false);
    const isLeft = server.isShared(thread) && (await putAway(server, state));
    if (!isLeft) return press(server, how);
    if (thread.server !== server) return; // it died, and that was dealt with
    this.#isExitAwaited = false;
    await desert(server, { thread, questions: this.#questions });
    this.#cutOff(NOT_RUNNING);
  }

  /** Deals with what was open when the server went. */
  async #bury(server: CodexServer, failure: Failure): Promise<void> {
    const thread = this.#thread;
    const { message, state } = thread;
    const { turn } = state;
    const wasSelfDirected = this.#facts.isSelfDirected;
    const isAwaited = this.#isExitAwaited || this.#isStopping;
    this.#isExitAwaited = false;
    if (message === null) {
      await thread.bury(server);
      if (isAwaited || wasSelfDirected) return this.#facts.exited(failure);
      return this.#facts.isDirectionOpen ? this.#facts.rested(null) : undefined;
    }
    const end = await thread.bury(server);
    if (end !== null) thread.conclude(end, server);
    else if (!thread.isFoundDead || isAwaited) this.#cutOff(failure);
    else if (turn?.nativeId == null && !(await this.#opener.wasBegun(this.#chat.turn, server)))
      await this.#prepare(message);
    else thread.conclude({ outcome: 'lost' }, server);
    if (end !== null && isAwaited) this.#facts.exited(failure);
  }

  #cutOff(failure: Failure): void {
    this.#steers.forget(this.#thread.position);
    this.#thread.drop();
    this.#facts.exited(failure);
  }

  async #answer(decision: Decision): Promise<void> {
    const { request, answer } = decision;
    if (runIdOf(request) !== this.#thread.server?.run.id) return;
    this.#questions.settle(request.id);
    if (request.kind === 'plan') return this.#planning.decide(decision, this.#thread);
    this.#thread.write(answerLine(request, answer));
  }

  #ping(): void {
    const { server } = this.#thread;
    server?.request('thread/loaded/list', {}).then(
      () => this.#facts.report({ type: 'agent.answered' }),
      (error: unknown) => this.#onFailure(error),
    );
  }

  /** Whoever waits for a fact gets one, whatever goes wrong. */
  async #orExit(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (this.#letGo.signal.aborted) return;
      this.#onFailure(error);
      this.#reserve(false);
      const message = `Codex cannot be used: ${error instanceof Error ? error.message : String(error)}`;
      this.#cutOff(error instanceof CodexFailure ? error.failure : { code: 'agent_error', message });
    }
  }

  #onFailure(error: unknown): void {
    if (this.#letGo.signal.aborted) return;
    this.#context.log.warn({ err: error, chatId: this.#chat.chatId }, 'a session with Codex failed');
  }
}
