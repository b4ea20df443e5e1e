import { randomUUID } from 'node:crypto';
import type { AgentCommand, AgentFact, AgentSessionInput } from '../../contract/facts.ts';
import type { AgentSession } from '../agent.ts';
import { createMailbox } from '../mailbox.ts';
import type { ClaudeProcess } from './claude-process.ts';
import { modeOf } from './command.ts';
import type { AgentContext } from '../agent-context.ts';
import { Courier } from './courier.ts';
import { endProcess } from './ending.ts';
import { Facts } from '../facts.ts';
import { NOT_RUNNING } from './failures.ts';
import { pingLine } from './lines.ts';
import { Questions } from './questions.ts';
import { recover } from './recovery.ts';
import { isAtRest } from './state.ts';
import { Supervisor } from './supervisor.ts';

/** The session of one chat: does what the chat asks, one thing after the other. */
export class ClaudeSession implements AgentSession {
  readonly #context: AgentContext;
  readonly #chat: AgentSessionInput;
  readonly #facts: Facts;
  readonly #questions: Questions;
  readonly #supervisor: Supervisor;
  readonly #courier: Courier;
  readonly #letGo = new AbortController();
  readonly #mailbox = createMailbox((error) => this.#logFailure(error));

  constructor(context: AgentContext, chat: AgentSessionInput, report: (fact: AgentFact) => void) {
    const { chatId, policy, requests: open } = chat;
    const { now, requestTimeoutMs: timeoutMs } = context;
    const facts = new Facts(report, chat);
    const questions = new Questions({ policy, open, timeoutMs, now, report: facts.report });
    const redeliver: Courier['redeliver'] = (message, again) => this.#courier.redeliver(message, again);
    const supervisor = new Supervisor({ context, chatId, policy, facts, questions, redeliver });
    const { signal } = this.#letGo;
    const retire = (process: ClaudeProcess) => this.#mailbox.post(() => this.#retire(process));
    this.#context = context;
    this.#chat = chat;
    this.#facts = facts;
    this.#questions = questions;
    this.#supervisor = supervisor;
    this.#courier = new Courier({ context, chat, facts, supervisor, signal, retire });
    this.#mailbox.post(() => this.#recover());
  }

  command(command: AgentCommand): void {
    if (this.#letGo.signal.aborted) return;
    const isUrgent = command.type === 'agent.terminate' || command.type === 'agent.kill';
    const isInterrupt = command.type === 'agent.interrupt' || command.type === 'agent.stop';
    const isKeptBack = isInterrupt && this.#courier.interrupt();
    if (isKeptBack && command.type === 'agent.interrupt') return;
    if (isUrgent && this.#supervisor.process !== null) void this.#perform(command);
    else this.#mailbox.post(() => this.#perform(command));
  }

  detach(): void {
    this.#facts.mute();
    this.#mailbox.close();
    this.#letGo.abort(new Error('The session was let go.'));
    this.#supervisor.detach();
  }

  #perform(command: AgentCommand): Promise<void> | void {
    const supervisor = this.#supervisor;
    const courier = this.#courier;
    const { process } = supervisor;
    switch (command.type) {
      case 'agent.prepare':
        return this.#orExit(() => courier.prepare(command.message));
      case 'agent.abandon':
        return courier.abandon();
      case 'agent.deliver':
        return this.#orExit(() => courier.deliver(command.message, command.delivery));
      case 'agent.steer':
        return this.#facts.report({
          type: 'steer.refused',
          messageId: command.message.messageId,
          position: null,
        });
      case 'agent.interrupt':
        return courier.isPrepared ? undefined : supervisor.interrupt();
      case 'agent.ping':
        return supervisor.send(pingLine(`${randomUUID()}-ping`));
      case 'agent.answer':
        return supervisor.send(this.#questions.answer(command.request, command.answer));
      case 'agent.stop':
        return supervisor.stop();
      case 'agent.terminate':
        return process === null ? this.#facts.exited(NOT_RUNNING) : supervisor.terminate(process);
      case 'agent.kill':
        return process === null ? this.#facts.exited(NOT_RUNNING) : supervisor.kill(process);
    }
  }

  #recover(): Promise<void> {
    return this.#orExit(() =>
      recover(this.#chat, {
        context: this.#context,
        supervisor: this.#supervisor,
        facts: this.#facts,
        launchMode: modeOf(this.#chat.policy, false),
        takeUp: (found, range) => this.#courier.follow(found, range),
        redeliver: ({ message }, again) => this.#courier.redeliver(message, again),
      }),
    );
  }

  async #retire(process: ClaudeProcess): Promise<void> {
    const isCurrent = process === this.#supervisor.process && !process.isLeaving;
    if (isCurrent && isAtRest(process.state) && !this.#courier.isPrepared) return endProcess(process);
  }

  /** Whoever waits for a fact gets one, whatever goes wrong. */
  async #orExit(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.#logFailure(error);
      const { process } = this.#supervisor;
      if (process !== null) return this.#supervisor.kill(process);
      this.#supervisor.message = null;
      const message = `Claude Code cannot be used: ${String(error)}`;
      this.#facts.exited({ code: 'agent_error', message });
    }
  }

  #logFailure(error: unknown): void {
    if (this.#letGo.signal.aborted) return;
    this.#context.log.error({ err: error, chatId: this.#chat.chatId }, 'a session with Claude Code failed');
  }
}
