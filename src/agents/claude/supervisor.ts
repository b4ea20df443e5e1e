import { randomUUID } from 'node:crypto';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Failure } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import type { QueuedMessage } from '../../contract/records.ts';
import type { Run } from '../../process/run.ts';
import { clear } from '../../process/sweep.ts';
import { hasDetached, kill, killTools, terminate } from '../../process/terminate.ts';
import { pendingEnd } from './advance.ts';
import { conclusionOf, type Again } from './conclusion.ts';
import type { ClaudeProcess, ProcessListener } from './claude-process.ts';
import type { AgentContext } from '../agent-context.ts';
import { Correspondence } from './correspondence.ts';
import { EndGrace } from './end-grace.ts';
import type { Facts, Said } from '../facts.ts';
import { failureOfExit, NOT_RUNNING, OUTPUT_DAMAGED } from './failures.ts';
import { Interruption } from './interruption.ts';
import { endSessionLine, interruptLine } from './lines.ts';
import type { Questions } from './questions.ts';
import { isAtRest, rested, standingOf, worksByItself } from './state.ts';
import { clearTemporaryFolder, temporaryFolderOf } from './temporary-folder.ts';
import type { Translation } from './translate.ts';

export interface SupervisorOptions {
  context: AgentContext;
  chatId: string;
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
  readonly #endGrace = new EndGrace(() => void this.#endInSilence());
  /** Another engine takes over: what ends now is its business. */
  #isDetached = false;
  /** The chat leaves: each end of a process is to be told. */
  #isStopping = false;
  /** What there is to know when the process ends. */
  #circumstances = { isFound: false, isGiven: false, isConversationMissing: false };
  #failure: Failure | null = null;

  constructor(options: SupervisorOptions) {
    const { facts, questions, context } = options;
    this.#options = options;
    this.#correspondence = new Correspondence({
      facts,
      questions,
      log: context.log,
      onGreeted: () => (this.#circumstances.isFound = false),
      onRejected: () => this.interrupt(),
      onConversationMissing: () => (this.#circumstances.isConversationMissing = true),
    });
  }

  /** Takes charge of a process whose output is about to be read. `retire` is called when it should end. */
  adopt(process: ClaudeProcess, { isFound, retire }: { isFound: boolean; retire: () => void }): void {
    this.process = process;
    this.#circumstances = { isFound, isGiven: false, isConversationMissing: false };
    this.#failure = null;
    this.#interruption.end();
    this.#options.context.pool.join(process.run.id, retire);
  }

  /** The process that rested is about to get a message. */
  give(message: QueuedMessage): void {
    this.message = message;
    this.#circumstances.isGiven = true;
  }

  /** Settles when the process has made, or refused, the settings of the message. */
  settingsMade({ turnId }: QueuedMessage, count: number): Promise<void> {
    return this.#correspondence.answers(turnId, count);
  }

  /** Ends the turn of a message that the process was not given after all. */
  withhold(process: ClaudeProcess, end: TurnEnd): void {
    process.state = { ...process.state, turn: null };
    this.#say(process, { events: [], position: process.position, end });
  }

  /** Lets go of the process without touching it. */
  detach(): void {
    this.#isDetached = true;
    this.#endGrace.cancel();
    if (this.process !== null) this.#options.context.pool.leave(this.process.run.id);
  }

  /** Asks a process that was found what it does; settles with the answer. */
  greet(process: ClaudeProcess): Promise<void> {
    const greeted = this.#correspondence.greet(process);
    if (process.state.turn?.rejection) this.interrupt();
    this.#watchForEnd(process);
    return greeted;
  }

  /** Asks the agent to end what it does; an agent that rests is reported to rest. */
  interrupt(): void {
    const { process } = this;
    if (process !== null && this.#isWorking(process)) {
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

  async onTranslated({ signal, events, end }: Translation, offset: number): Promise<void> {
    const { process } = this;
    if (process === null) return;
    const { context } = this.#options;
    const position = { runId: process.run.id, offset };
    this.#interruption.widen(process.state);
    if (signal !== undefined) this.#correspondence.react(process, signal, position);
    if (end !== undefined) await killTools(process.run, this.#interruption.reach);
    this.#say(process, { events, position, end });
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
    this.#endGrace.cancel();
    await killTools(run, this.#interruption.reachWith(state));
    const ending = { exitCode, state, program: context.findProgram() };
    const failure = this.#failure ?? (await failureOfExit(run, ending));
    const folder = temporaryFolderOf(context.paths.home, chatId);
    if (!hasDetached(run)) await clearTemporaryFolder(folder);
    if (this.#isDetached) return;
    this.process = null;
    context.pool.leave(run.id);
    questions.withdrawAll(process.position);
    await this.#conclude(process, failure);
    this.#clearWhenSettled(run);
  }

  /** The folder of a run is needed until its end is on disk. */
  #clearWhenSettled(run: Run): void {
    const { settled, log } = this.#options.context;
    settled()
      .then(() => clear(run))
      .catch((error: unknown) => log.warn({ err: error, runId: run.id }, 'a run was not cleared away'));
  }

  /** Nothing that the process left open stays without an answer. */
  async #conclude(process: ClaudeProcess, failure: Failure): Promise<void> {
    const { facts, redeliver } = this.#options;
    const { message, isExitAwaited } = this;
    const { isSelfDirected } = facts;
    const conclusion = conclusionOf(process.state, { ...this.#circumstances, isExitAwaited, isSelfDirected });
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

  #say(process: ClaudeProcess, { events, position, end }: Pick<Said, 'events' | 'position' | 'end'>): void {
    const { context, facts } = this.#options;
    const messageId = this.message?.messageId ?? null;
    if (end !== undefined) {
      this.message = null;
      this.#interruption.end();
    }
    facts.said({ messageId, events, position, standing: standingOf(process.state), end });
    if (isAtRest(process.state)) context.pool.rest(process.run.id);
    else context.pool.work(process.run.id);
  }

  #watchForEnd({ state }: ClaudeProcess): void {
    if (pendingEnd(state) === null) this.#endGrace.cancel();
    else this.#endGrace.begin();
  }

  async #endInSilence(): Promise<void> {
    const { process } = this;
    if (process === null) return;
    await killTools(process.run, this.#interruption.reach);
    const end = pendingEnd(process.state);
    if (end === null || process !== this.process) return;
    process.state = { ...process.state, turn: null };
    this.#say(process, { events: [], position: process.position, end });
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
