import { randomUUID } from 'node:crypto';
import type { Failure } from '../../contract/chats.ts';
import type { AgentCommand, AgentFact, AgentSessionInput } from '../../contract/facts.ts';
import type { Delivery, QueuedMessage } from '../../contract/records.ts';
import type { AgentSession } from '../agent.ts';
import { createMailbox } from '../mailbox.ts';
import { ClaudeProcess, type FollowRange } from './claude-process.ts';
import { modeOf } from './command.ts';
import { configurationOf, type ClaudeContext } from './context.ts';
import { ClaudeDeliverySchema, loadInput, type ClaudeDelivery } from './delivery.ts';
import { endProcess, endsWithin } from './ending.ts';
import { Facts } from './facts.ts';
import { unavailable } from './failures.ts';
import { findInstallation, type Installation } from './installation.ts';
import { pingLine } from './lines.ts';
import { prepareInput, prepareLaunch, type Preparing } from './preparation.ts';
import { Questions } from './questions.ts';
import { readConfiguration, recover, type Found } from './recovery.ts';
import { startProcess } from './start-process.ts';
import { freshState, isAtRest, withTurn } from './state.ts';
import { Supervisor, type Again } from './supervisor.ts';

/** How long a message waits for a process that is on its way out. */
const LEAVING_MS = 10_000;

/** The session of one chat: does what the chat asks, one thing after the other. */
export class ClaudeSession implements AgentSession {
  readonly #context: ClaudeContext;
  readonly #chat: AgentSessionInput;
  readonly #facts: Facts;
  readonly #questions: Questions;
  readonly #supervisor: Supervisor;
  readonly #letGo = new AbortController();
  readonly #mailbox = createMailbox((error) => this.#onFailure(error));
  /** The process whose input is reserved for a message that was prepared. */
  #reserved: ClaudeProcess | null = null;
  /** A message was prepared and neither delivered nor abandoned. */
  #isPrepared = false;
  /** The native session that the last message was given to. */
  #deliveredTo: string | null;

  constructor(context: ClaudeContext, chat: AgentSessionInput, report: (fact: AgentFact) => void) {
    const { chatId, policy, requests: open } = chat;
    const { now, requestTimeoutMs: timeoutMs } = context;
    this.#context = context;
    this.#chat = chat;
    this.#deliveredTo = ClaudeDeliverySchema.safeParse(chat.turn?.delivery).data?.sessionId ?? null;
    this.#facts = new Facts(report, chat);
    this.#questions = new Questions({ policy, open, timeoutMs, now, report: this.#facts.report });
    const redeliver = (message: QueuedMessage, again: Again) => this.#redeliver(message, again);
    const options = { context, chatId, facts: this.#facts, questions: this.#questions, redeliver };
    this.#supervisor = new Supervisor(options);
    this.#mailbox.post(() => this.#recover());
  }

  command(command: AgentCommand): void {
    const { process } = this.#supervisor;
    const isUrgent = command.type === 'agent.terminate' || command.type === 'agent.kill';
    if (isUrgent && process !== null) void this.#perform(command);
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
    const { process } = supervisor;
    switch (command.type) {
      case 'agent.prepare':
        return this.#orExit(() => this.#prepare(command.message));
      case 'agent.abandon':
        return this.#abandon();
      case 'agent.deliver':
        return this.#orExit(() => this.#deliver(command.message, command.delivery));
      case 'agent.interrupt':
        return this.#isPrepared ? undefined : supervisor.interrupt();
      case 'agent.ping':
        return supervisor.send(pingLine(`${randomUUID()}-ping`));
      case 'agent.answer':
        return supervisor.send(this.#questions.answer(command.request, command.answer));
      case 'agent.stop':
        return supervisor.stop();
      case 'agent.terminate':
        return process === null ? supervisor.reportGone() : supervisor.terminate(process);
      case 'agent.kill':
        return process === null ? supervisor.reportGone() : supervisor.kill(process);
    }
  }

  #recover(): Promise<void> {
    return this.#orExit(() =>
      recover(this.#chat, {
        context: this.#context,
        supervisor: this.#supervisor,
        facts: this.#facts,
        launchMode: modeOf(this.#chat.policy, false),
        takeUp: (found, range) => this.#follow(found, { range, isFound: true }),
        redeliver: ({ message }, again) => this.#redeliver(message, again),
      }),
    );
  }

  async #prepare(message: QueuedMessage): Promise<void> {
    this.#abandon();
    this.#supervisor.isExitAwaited = false;
    const preparing = await this.#preparing(message);
    if (preparing === null) return this.#exit(unavailable(this.#context.command));
    this.#reserved = await this.#findUsable(preparing.installation);
    const { sessionId } = this.#facts;
    const start = sessionId === null ? 'new' : 'resume';
    const delivery = this.#reserved
      ? await prepareInput(preparing, this.#reserved)
      : await prepareLaunch(preparing, { start, sessionId: sessionId ?? randomUUID(), isEchoed: false });
    this.#reportPrepared(message, delivery);
  }

  /** Prepares a message once more, for a new process; the chat delivers it like any other. */
  async #redeliver(message: QueuedMessage, again: Again): Promise<void> {
    const preparing = await this.#preparing(message);
    if (preparing === null) return this.#exit(unavailable(this.#context.command));
    const sessionId = this.#facts.sessionId ?? this.#deliveredTo ?? randomUUID();
    this.#reportPrepared(message, await prepareLaunch(preparing, { ...again, sessionId }));
  }

  #reportPrepared({ messageId }: QueuedMessage, delivery: ClaudeDelivery): void {
    this.#isPrepared = true;
    this.#facts.report({ type: 'turn.prepared', messageId, delivery });
  }

  async #preparing(message: QueuedMessage): Promise<Preparing | null> {
    const { command, payloads } = this.#context;
    const installation = await findInstallation(command);
    return installation && { message, policy: this.#chat.policy, installation, payloads };
  }

  /** The process that lives, if it can take another message as it is. */
  async #findUsable(installation: Installation): Promise<ClaudeProcess | null> {
    const { process } = this.#supervisor;
    if (process === null) return null;
    if (process.isLeaving) {
      if (await endsWithin(process, LEAVING_MS)) return null;
      throw new Error('The last process of this chat does not end.');
    }
    const { session } = process.state;
    const wanted = configurationOf(this.#context, { installation, policy: this.#chat.policy });
    const isKept = process.configuration === wanted || !isAtRest(process.state);
    return session !== 'unknown' && isKept ? process : null;
  }

  #abandon(): void {
    this.#isPrepared = false;
    this.#reserved?.releaseInput();
    this.#reserved = null;
  }

  async #deliver(message: QueuedMessage, given: Delivery): Promise<void> {
    const delivery = ClaudeDeliverySchema.parse(given);
    const stdin = await loadInput(delivery.input, this.#context.payloads);
    await this.#context.settled();
    this.#isPrepared = false;
    this.#deliveredTo = delivery.sessionId;
    if (delivery.start === 'none') return this.#give(message, { delivery, stdin });
    return this.#launch(message, { delivery, stdin });
  }

  async #give(message: QueuedMessage, { delivery, stdin }: Handover): Promise<void> {
    const process = this.#reserved;
    if (process === null || process !== this.#supervisor.process || process.isLeaving) {
      this.#abandon();
      return this.#redeliver(message, { start: 'resume', isEchoed: false });
    }
    const { model, effort, inputOffset, outputOffset, isEchoed } = delivery;
    this.#reserved = null;
    this.#supervisor.message = message;
    process.settings = { model, effort };
    process.state = withTurn(process.state, { uuid: message.turnId, isEchoed });
    this.#context.pool.work(process.run.id);
    await process.writeReserved(stdin, inputOffset);
    await process.free(outputOffset);
  }

  async #launch(message: QueuedMessage, { delivery, stdin }: Handover): Promise<void> {
    const { chatId, policy } = this.#chat;
    const installation = await findInstallation(this.#context.command);
    if (installation === null) return this.#exit(unavailable(this.#context.command));
    if (this.#supervisor.process !== null) await endProcess(this.#supervisor.process);
    const { signal } = this.#letGo;
    const run = await startProcess(this.#context, { chatId, policy, installation, delivery, stdin, signal });
    const { sessionId, isEchoed, model, effort } = delivery;
    const launched = freshState(sessionId, modeOf(policy, false));
    const state = withTurn(launched, { uuid: message.turnId, isEchoed });
    this.#supervisor.message = message;
    const range = { from: 0, silentUntil: 0 };
    await this.#follow({ run, state, settings: { model, effort } }, { range, isFound: false });
  }

  async #follow(
    found: Found,
    { range, isFound }: { range: FollowRange; isFound: boolean },
  ): Promise<ClaudeProcess> {
    const { now, log } = this.#context;
    const configuration = await readConfiguration(found.run);
    const { signal } = this.#letGo;
    const process = new ClaudeProcess({
      ...found,
      configuration,
      listener: this.#supervisor,
      now,
      log,
      signal,
    });
    const retire = () => this.#mailbox.post(() => this.#retire(process));
    this.#supervisor.adopt(process, { isFound, retire });
    await process.start(range);
    return process;
  }

  async #retire(process: ClaudeProcess): Promise<void> {
    const isSpare = process === this.#supervisor.process && !process.isLeaving && !this.#isPrepared;
    if (isSpare && isAtRest(process.state)) await endProcess(process);
  }

  /** Whoever waits for a fact gets one, whatever goes wrong. */
  async #orExit(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.#onFailure(error);
      const { process } = this.#supervisor;
      if (process !== null) return this.#supervisor.kill(process);
      this.#supervisor.message = null;
      this.#exit({ code: 'agent_error', message: `Claude Code cannot be used: ${String(error)}` });
    }
  }

  #exit(failure: Failure): void {
    this.#facts.report({ type: 'agent.exited', failure });
  }

  #onFailure(error: unknown): void {
    if (this.#letGo.signal.aborted) return;
    this.#context.log.error({ err: error, chatId: this.#chat.chatId }, 'a session with Claude Code failed');
  }
}

interface Handover {
  delivery: ClaudeDelivery;
  stdin: Buffer;
}
