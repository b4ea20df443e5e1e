import type { AgentCommand, AgentFact, AgentSessionInput } from '../../contract/facts.ts';
import type { QueuedMessage } from '../../contract/records.ts';
import type { AgentSession } from '../agent.ts';
import type { AgentContext } from '../agent-context.ts';
import { Facts } from '../facts.ts';
import { createMailbox } from '../mailbox.ts';
import { OpenQuestions } from '../open-questions.ts';
import { runIdOf } from '../request-ids.ts';
import { ChatThread } from './chat-thread.ts';
import { Courier } from './courier.ts';
import { CodexFailure, NOT_RUNNING } from './failures.ts';
import { Planning, type Decision } from './planning.ts';
import type { CodexProcess } from './process.ts';
import { clearWhenSettled } from './reactions.ts';
import { recover } from './recovery.ts';
import { answerLine } from './requests.ts';
import { isAtRest } from './state.ts';
import { Steers } from './steering.ts';
import type { Death } from './thread-options.ts';

/** The session of one chat: does what the chat asks, one thing after the other. */
export class CodexSession implements AgentSession {
  readonly #context: AgentContext;
  readonly #chat: AgentSessionInput;
  readonly #facts: Facts;
  readonly #questions: OpenQuestions;
  readonly #planning: Planning;
  readonly #steers: Steers;
  readonly #thread: ChatThread;
  readonly #courier: Courier;
  readonly #letGo = new AbortController();
  readonly #mailbox = createMailbox((error) => this.#onFailure(error));

  constructor(context: AgentContext, chat: AgentSessionInput, report: (fact: AgentFact) => void) {
    const { chatId, policy, requests: open } = chat;
    const { requestTimeoutMs: timeoutMs, now } = context;
    const facts = new Facts(report, chat);
    const questions = new OpenQuestions({ open, timeoutMs, now, report: facts.report });
    const planning = new Planning({ context, chatId, policy, questions });
    const steers = new Steers({ context, facts }, chat.steering);
    const post = (task: () => Promise<void>) => this.#mailbox.post(() => this.#orExit(task));
    const thread = new ChatThread({
      context,
      chat,
      facts,
      questions,
      planning,
      steers,
      takeBack: (message) => this.#courier.takeBack(message),
      onRest: () => thread.isStopping && post(() => this.#leave()),
      onUnclear: (...end) => post(() => this.#clearUp(...end)),
    });
    planning.delivery = chat.turn?.delivery;
    this.#context = context;
    this.#chat = chat;
    this.#facts = facts;
    this.#questions = questions;
    this.#planning = planning;
    this.#steers = steers;
    this.#thread = thread;
    const retire = (process: CodexProcess) => post(() => this.#retire(process));
    this.#courier = new Courier({ context, chat, facts, thread, signal: this.#letGo.signal, retire });
    post(() => recover(chat, { context, thread, courier: this.#courier, facts, steers }));
  }

  command(command: AgentCommand): void {
    const isUrgent = command.type === 'agent.terminate' || command.type === 'agent.kill';
    this.#steers.hear(command, this.#thread.position);
    if (isUrgent && this.#thread.process !== null) this.#thread.end(command.type);
    else this.#mailbox.post(() => this.#perform(command));
  }

  detach(): void {
    this.#letGo.abort(new Error('The session was let go.'));
    this.#facts.mute();
    this.#mailbox.close();
    this.#thread.detach();
  }

  #perform(command: AgentCommand): Promise<void> | void {
    const thread = this.#thread;
    switch (command.type) {
      case 'agent.prepare':
        return this.#orExit(() => this.#prepare(command.message));
      case 'agent.abandon':
        return thread.reserve(false);
      case 'agent.deliver':
        this.#planning.delivery = command.delivery;
        return this.#orExit(() => this.#courier.deliver(command.message, command.delivery));
      case 'agent.steer':
        this.#courier.native.expect(command.message.turnId);
        return this.#orExit(() => this.#steers.say(command.message, thread));
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
        return thread.end(command.type);
    }
  }

  /** What was said into the turn of the message has to wait until that has run. */
  #prepare(message: QueuedMessage): Promise<void> {
    this.#steers.forget(this.#thread.position);
    return this.#courier.prepare(message);
  }

  async #stop(): Promise<void> {
    const thread = this.#thread;
    thread.isStopping = true;
    thread.reserve(false);
    if (thread.message === null && isAtRest(thread.state)) return this.#leave();
    thread.interrupt();
  }

  /** The end of the process is reported by whoever watches it. */
  async #leave(): Promise<void> {
    const { process } = this.#thread;
    if (process === null) this.#facts.exited(NOT_RUNNING);
    else await this.#courier.end(process);
  }

  async #retire(process: CodexProcess): Promise<void> {
    const { isWorking, process: current } = this.#thread;
    if (process === current && !isWorking && !process.isLeaving) await this.#courier.end(process);
  }

  /** The server is gone: the message runs again unless the agent had begun with it. */
  async #clearUp(message: QueuedMessage, { process, failure, isBegun, isFound }: Death): Promise<void> {
    const thread = this.#thread;
    if (thread.message !== message) return;
    const turn = { message, delivery: this.#planning.delivery };
    if (!isBegun && !(await this.#courier.wasBegun(turn, process))) {
      thread.drop();
      await this.#prepare(message);
    } else if (isFound) thread.conclude({ outcome: 'lost' }, process.position);
    else thread.cutOff(failure);
    clearWhenSettled(process, this.#context);
  }

  async #answer(decision: Decision): Promise<void> {
    const { request, answer } = decision;
    if (runIdOf(request) !== this.#thread.process?.run.id) return;
    this.#questions.settle(request.id);
    if (request.kind === 'plan') return this.#planning.decide(decision, this.#thread);
    this.#thread.write(answerLine(request, answer));
  }

  #ping(): void {
    this.#thread.process?.request('thread/loaded/list', {}).then(
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
      this.#thread.reserve(false);
      const message = `Codex cannot be used: ${error instanceof Error ? error.message : String(error)}`;
      this.#thread.cutOff(error instanceof CodexFailure ? error.failure : { code: 'agent_error', message });
    }
  }

  #onFailure(error: unknown): void {
    if (this.#letGo.signal.aborted) return;
    this.#context.log.warn({ err: error, chatId: this.#chat.chatId }, 'a session with Codex failed');
  }
}
