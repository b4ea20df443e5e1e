import type { AgentCommand, AgentFact, AgentSessionInput } from '../../contract/facts.ts';
import type { QueuedMessage } from '../../contract/records.ts';
import { kill } from '../../process/terminate.ts';
import type { AgentSession } from '../agent.ts';
import { Facts } from '../facts.ts';
import { createMailbox } from '../mailbox.ts';
import { OpenQuestions } from '../open-questions.ts';
import type { AcpProcess } from './acp-process.ts';
import type { AcpContext } from './context.ts';
import { Conversation } from './conversation.ts';
import { Courier } from './courier.ts';
import { endProcess } from './ending.ts';
import { AcpFailure, notRunning } from './failures.ts';
import { recover } from './recovery.ts';

/** The session of one chat: does what the chat asks, one thing after the other. */
export class AcpSession implements AgentSession {
  readonly #context: AcpContext;
  readonly #chat: AgentSessionInput;
  readonly #facts: Facts;
  readonly #conversation: Conversation;
  readonly #courier: Courier;
  readonly #letGo = new AbortController();
  readonly #mailbox = createMailbox((error) => this.#logFailure(error));

  constructor(context: AcpContext, chat: AgentSessionInput, report: (fact: AgentFact) => void) {
    const { requests: open } = chat;
    const { now, requestTimeoutMs: timeoutMs } = context;
    const facts = new Facts(report, chat);
    const questions = new OpenQuestions({ open, timeoutMs, now, report: facts.report });
    const post = (task: () => Promise<void>) => this.#mailbox.post(() => this.#orExit(task));
    const conversation = new Conversation({
      context,
      chat,
      facts,
      questions,
      onUndelivered: (message) => post(() => this.#courier.prepare(message)),
      onRest: () => conversation.isStopping && post(() => this.#leave()),
    });
    const { signal } = this.#letGo;
    const retire = (process: AcpProcess) => this.#mailbox.post(() => this.#retire(process));
    this.#context = context;
    this.#chat = chat;
    this.#facts = facts;
    this.#conversation = conversation;
    this.#courier = new Courier({ context, chat, facts, conversation, signal, retire });
    post(() => recover(chat, { context, conversation, courier: this.#courier, facts }));
  }

  command(command: AgentCommand): void {
    if (this.#letGo.signal.aborted) return;
    const isUrgent = command.type === 'agent.terminate' || command.type === 'agent.kill';
    if (isUrgent && this.#conversation.process !== null) this.#conversation.end(command.type);
    else this.#mailbox.post(() => this.#perform(command));
  }

  detach(): void {
    this.#facts.mute();
    this.#mailbox.close();
    this.#letGo.abort(new Error('The session was let go.'));
    const { process } = this.#conversation;
    this.#conversation.detach();
    // Nobody would ever find a process that no message was prepared for.
    if (process?.isKnown === false) void kill(process.run, { toolsOpenedSince: null });
  }

  #perform(command: AgentCommand): Promise<void> | void {
    const conversation = this.#conversation;
    const courier = this.#courier;
    switch (command.type) {
      case 'agent.prepare':
        return this.#orExit(() => courier.prepare(command.message));
      case 'agent.abandon':
        return courier.abandon();
      case 'agent.deliver':
        return this.#orExit(() => courier.deliver(command.message, command.delivery));
      case 'agent.steer':
        return this.#refuseToSteer(command.message);
      case 'agent.interrupt':
        return courier.isPrepared ? undefined : conversation.interrupt();
      case 'agent.ping':
        return conversation.ping();
      case 'agent.answer':
        return conversation.answer(command.request, command.answer);
      case 'agent.stop':
        return this.#orExit(() => this.#stop());
      case 'agent.terminate':
      case 'agent.kill':
        return conversation.end(command.type);
    }
  }

  /** A prompt goes to an agent that rests; what it does with a second one is its own choice. */
  #refuseToSteer({ messageId }: QueuedMessage): void {
    this.#facts.report({ type: 'steer.refused', messageId, position: null });
  }

  async #stop(): Promise<void> {
    const conversation = this.#conversation;
    conversation.isStopping = true;
    this.#courier.abandon();
    if (conversation.message !== null) return conversation.interrupt();
    return this.#leave();
  }

  /** The end of the process is reported by whoever watches it. */
  async #leave(): Promise<void> {
    const { process } = this.#conversation;
    if (process !== null) return endProcess(process);
    this.#facts.exited(notRunning(this.#context));
  }

  async #retire(process: AcpProcess): Promise<void> {
    const { message, process: current } = this.#conversation;
    const isNeeded = message !== null || this.#courier.isPrepared;
    if (process === current && !process.isLeaving && !isNeeded) return endProcess(process);
  }

  /** Whoever waits for a fact gets one, whatever goes wrong. */
  async #orExit(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (this.#letGo.signal.aborted) return;
      this.#logFailure(error);
      this.#courier.abandon();
      this.#conversation.message = null;
      const reason = error instanceof Error ? error.message : String(error);
      const unknown = { code: 'agent_error', message: `${this.#context.title} cannot be used: ${reason}` };
      this.#facts.exited(error instanceof AcpFailure ? error.failure : unknown);
    }
  }

  #logFailure(error: unknown): void {
    if (this.#letGo.signal.aborted) return;
    this.#context.log.warn({ err: error, chatId: this.#chat.chatId }, 'a session with an ACP agent failed');
  }
}
