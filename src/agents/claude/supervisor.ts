import { randomUUID } from 'node:crypto';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Failure, Policy } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import type { QueuedMessage } from '../../contract/records.ts';
import { kill, killTools, terminate } from '../../process/terminate.ts';
import type { ClaudeProcess, ProcessListener } from './claude-process.ts';
import type { AgentContext } from '../agent-context.ts';
import { Correspondence } from './correspondence.ts';
import { conclusionOf, END_GRACE_MS, isHeldBack, pendingEnd, type Again } from './decide.ts';
import { clearWhenSettled, seeOff } from './departure.ts';
import type { Facts, Said } from '../facts.ts';
import { NOT_RUNNING, OUTPUT_DAMAGED } from './failures.ts';
import { Healing } from './healing.ts';
import { Interruption } from '../interruption.ts';
import { endSessionLine, interruptLine } from './lines.ts';
import type { Questions } from './questions.ts';
import { isAtRest, rested, standingOf, worksByItself } from './state.ts';
import type { Translation } from './translate.ts';

export interface SupervisorOptions {
  context: AgentContext;
  chatId: string;
  policy: Policy;
  facts: Facts;
  questions: Questions;
  /** A message turned out not to have reached the agent, or not to be known to it. */
  redeliver: (message: QueuedMessage, again: Again) => Promise<void>;
}

/** Watches over the process of one chat and the message it works on, and tells the chat about both. */
export class Supervisor implements ProcessListener {
  process: ClaudeProcess | null = null;
  /** The message that the process was given and that has not ended. */
  message: QueuedMessage | null = null;
  /** The chat waits for the end of this process. */
  isExitAwaited = false;
  readonly #options: SupervisorOptions;
  readonly #correspondence: Correspondence;
  readonly #interruption = new Interruption();
  readonly #healing: Healing;
  #endGrace: NodeJS.Timeout | undefined;
  /** Another engine takes over: what ends now is its business. */
  #isDetached = false;
  /** The chat leaves: each end of a process is to be told. */
  #isStopping = false;
  #failure: Failure | null = null;

  constructor(options: SupervisorOptions) {
    const { facts, questions, context, policy } = options;
    this.#options = options;
    const onRejected = () => this.#endRejected();
    this.#correspondence = new Correspondence({ facts, questions, log: context.log, onRejected });
    const isCurrent = (process: ClaudeProcess) => process === this.process && !this.#isDetached;
    this.#healing = new Healing({ context, policy, isCurrent, onRejected });
  }

  /** Takes charge of a process whose output is about to be read. `retire` is called when it should end. */
  adopt(process: ClaudeProcess, retire: () => void): void {
    this.process = process;
    this.#failure = null;
    this.#interruption.end();
    this.#options.context.pool.join(process.run.id, retire);
  }

  /** Settles when the process has made, or refused, the settings of the message. */
  settingsMade({ turnId }: QueuedMessage, count: number): Promise<void> {
    return this.#correspondence.answers(turnId, count);
  }

  /** Ends the turn of a message, whatever the process still says about it. */
  end(process: ClaudeProcess, end: TurnEnd): void {
    process.state = { ...process.state, turn: null };
    this.#say(process, { events: [], position: process.position, end });
  }

  /** Lets go of the process without touching it. */
  detach(): void {
    this.#isDetached = true;
    this.#forgetEndGrace();
    if (this.process !== null) this.#options.context.pool.leave(this.process.run.id);
  }

  /** Asks a process that was found what it does; settles with the answer. */
  greet(process: ClaudeProcess): Promise<void> {
    const greeted = this.#correspondence.greet(process);
    if (process.state.turn?.rejection) this.interrupt();
    this.#healing.watch(process);
    this.#watchForEnd(process);
    return greeted;
  }

  /** Asks the agent to end what it does; an agent that rests is reported to rest. */
  interrupt(): void {
    const { process } = this;
    if (process !== null && isHeldBack(process.state)) {
      if (!process.isLeaving) this.end(process, { outcome: 'interrupted' });
    } else if (process !== null && this.#isWorking(process)) {
      this.#interruption.begin(process.state);
      this.#correspondence.send(process, interruptLine(`${randomUUID()}-interrupt`));
    } else if (this.message === null) this.#options.facts.rested(process?.position ?? null);
  }

  /** Writes a line if there is a process. */
  send(line: string): void {
    if (this.process !== null) this.#correspondence.send(this.process, line);
  }

  /** Asks the agent to end what it does, and itself. */
  stop(): void {
    this.#isStopping = true;
    if (this.process === null) return this.#options.facts.exited(NOT_RUNNING);
    this.process.isLeaving = true;
    this.process.releaseInput();
    if (this.#isWorking(this.process)) this.interrupt();
    this.send(endSessionLine(`${randomUUID()}-end`));
  }

  terminate(process: ClaudeProcess): void {
    this.#abandon(process);
    terminate(process.run, this.#interruption.reachWith(process.state));
  }

  kill(process: ClaudeProcess): void {
    this.#abandon(process);
    void kill(process.run, this.#interruption.reachWith(process.state));
  }

  async onTranslated({ signal, events, end, progress }: Translation, offset: number): Promise<void> {
    const { process } = this;
    if (process === null) return;
    const { context } = this.#options;
    const position = { runId: process.run.id, offset };
    this.#interruption.widen(process.state);
    if (signal !== undefined) this.#correspondence.react(process, signal, position);
    if (end !== undefined) await killTools(process.run, this.#interruption.reach);
    const told = isHeldBack(process.state) ? undefined : end;
    this.#say(process, { events, position, end: told, progress });
    this.#healing.watch(process);
    this.#watchForEnd(process);
    if (context.isLagging()) await context.settled();
  }

  onPartial(event: AgentEvent): void {
    const { context, chatId, facts } = this.#options;
    const messageId = this.message?.messageId ?? null;
    facts.show(() => context.reportPartial(chatId, messageId, event));
    facts.stirred();
  }

  onDamaged(): void {
    const { process } = this;
    if (process === null) return;
    this.#options.context.log.warn({ runId: process.run.id, offset: process.offset }, OUTPUT_DAMAGED.message);
    this.#failure = OUTPUT_DAMAGED;
    void kill(process.run, this.#interruption.reachWith(process.state));
  }

  async onEnded(exitCode: number | null): Promise<void> {
    const { process } = this;
    if (process === null) return;
    const { context, chatId, questions, facts } = this.#options;
    const { run, state } = process;
    facts.flush(); // before its spool may be cleared away
    this.#forgetEndGrace();
    const reach = this.#interruption.reachWith(state);
    const reason = await seeOff(process, { context, chatId, exitCode, reach });
    if (this.#isDetached) return;
    this.process = null;
    context.pool.leave(run.id);
    questions.withdrawAll(process.position);
    await this.#conclude(process, this.#failure ?? reason);
    clearWhenSettled(run, context);
  }

  /** Nothing that the process left open stays without an answer. */
  async #conclude(process: ClaudeProcess, failure: Failure): Promise<void> {
    const { facts, redeliver } = this.#options;
    const { message, isExitAwaited } = this;
    const { isSelfDirected } = facts;
    const isNextLogin = process.replaced?.isNextLogin === true;
    const isReplaced = process.replaced !== null;
    const circumstances = { isReplaced, isNextLogin, isExitAwaited, isSelfDirected };
    const conclusion = conclusionOf(process.state, circumstances);
    const position = process.position;
    process.state = rested(process.state);
    this.isExitAwaited = false;
    if (conclusion.kind === 'ended') this.#say(process, { events: [], position, end: conclusion.end });
    this.message = null;
    if (this.#isStopping) return facts.exited(failure);
    if (conclusion.kind === 'again' && message !== null) return redeliver(message, conclusion.again);
    const isAwaited = isExitAwaited && conclusion.kind === 'rested';
    if (conclusion.kind === 'cutOff' || isAwaited) return facts.exited(failure);
    if (conclusion.kind === 'rested' && facts.isDirectionOpen) facts.rested(position);
  }

  #say(process: ClaudeProcess, told: Pick<Said, 'events' | 'position' | 'end' | 'progress'>): void {
    const { context, facts } = this.#options;
    const messageId = this.message?.messageId ?? null;
    if (told.end !== undefined) {
      this.message = null;
      this.#interruption.end();
    }
    facts.said({ messageId, ...told, standing: standingOf(process.state) });
    if (isAtRest(process.state)) context.pool.rest(process.run.id);
    else context.pool.work(process.run.id);
  }

  #watchForEnd({ state }: ClaudeProcess): void {
    if (pendingEnd(state) === null) this.#forgetEndGrace();
    else this.#endGrace ??= setTimeout(() => void this.#endInSilence(), END_GRACE_MS);
  }

  #forgetEndGrace(): void {
    clearTimeout(this.#endGrace);
    this.#endGrace = undefined;
  }

  async #endInSilence(): Promise<void> {
    this.#endGrace = undefined;
    const { process } = this;
    if (process === null || isHeldBack(process.state)) return;
    await killTools(process.run, this.#interruption.reach);
    const end = pendingEnd(process.state);
    if (end !== null && process === this.process) this.end(process, end);
  }

  /** The turn cannot be what was asked for. */
  #endRejected(): void {
    const { process } = this;
    const end = process && pendingEnd(process.state);
    if (process && end) this.end(process, end);
    else this.interrupt();
  }

  #abandon(process: ClaudeProcess): void {
    this.isExitAwaited = true;
    process.isLeaving = true;
    process.releaseInput();
  }

  #isWorking({ state }: ClaudeProcess): boolean {
    return this.message !== null || worksByItself(state);
  }
}
