import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Failure } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import type { Position, QueuedMessage } from '../../contract/records.ts';
import { kill, killTools, terminate } from '../../process/terminate.ts';
import { isWithin } from '../within.ts';
import { NOT_RUNNING } from './failures.ts';
import { Healing } from './healing.ts';
import { TurnInterruption } from './interruption.ts';
import { isInputRefused } from './opening.ts';
import { completed, isOver } from './planning.ts';
import type { CodexProcess, ProcessListener } from './process.ts';
import type { Frame } from './protocol.ts';
import { clearWhenSettled, react } from './reactions.ts';
import { freshState, isAtRest, rested, standingOf, type CodexState } from './state.ts';
import type { ChatThreadOptions } from './thread-options.ts';
import { closeItems, type Translation } from './step.ts';
import { translate } from './translate.ts';

/** How long a turn that is over waits for the answers to what was said into it. */
const STEERING_MS = 2_000;

/** The thread of one chat and the message it works on: follows what its server prints, and tells the chat. */
export class ChatThread implements ProcessListener {
  state: CodexState;
  process: CodexProcess | null = null;
  /** The message that the server was given and that has not ended. */
  message: QueuedMessage | null = null;
  /** A message was prepared and neither delivered nor abandoned. */
  isReserved = false;
  /** The server had died before it was taken up, so nobody knows how far the message came. */
  isFoundDead = false;
  /** The chat waits for the end of the server; it leaves. */
  isExitAwaited = false;
  isStopping = false;
  readonly #options: ChatThreadOptions;
  readonly #healing: Healing;
  readonly #interruption: TurnInterruption;
  #silentUntil = 0;
  #isDetached = false;
  /** The turn has ended and its commands are being ended. */
  #end: TurnEnd | null = null;

  constructor(options: ChatThreadOptions) {
    this.#options = options;
    this.#interruption = new TurnInterruption(options.context.log);
    this.#healing = new Healing(options.planning);
    this.state = freshState(options.chat.sessionId);
  }

  get isWorking(): boolean {
    return this.isReserved || this.message !== null || !isAtRest(this.state);
  }

  get position(): Position | null {
    return this.process?.position ?? null;
  }
  /** Takes charge of a process whose output is about to be read; what it printed up to `silentUntil` is known already. */
  adopt(process: CodexProcess, { silentUntil, retire }: { silentUntil: number; retire: () => void }): void {
    this.process = process;
    this.#silentUntil = silentUntil;
    this.#options.context.pool.join(process.run.id, retire);
    this.noteWork();
  }

  /** Lets go of the process without touching it. */
  detach(): void {
    this.#isDetached = true;
    if (this.process === null) return;
    this.#options.context.pool.leave(this.process.run.id);
    this.process.letGo();
  }

  reserve(isReserved: boolean): void {
    this.isReserved = isReserved;
    this.noteWork();
  }

  noteWork(): void {
    if (this.process === null) return;
    const { pool } = this.#options.context;
    if (this.isWorking) pool.work(this.process.run.id);
    else pool.rest(this.process.run.id);
  }

  /** Asks about a plan that waits, or carries on what was refused, unless that was done before. */
  async takeUpRound(): Promise<void> {
    await this.#options.planning.takeUp(this);
    this.#healing.watch(this);
  }

  /** Asks the agent to end what it does; an agent that rests is reported to rest. */
  interrupt(): void {
    const { message, state, position } = this;
    const { turn } = state;
    if (message === null && isAtRest(state)) return this.#options.facts.rested(position);
    this.#interruption.begin(state);
    if (turn && isOver(turn)) this.#onEnd({ ...completed(turn), outcome: 'interrupted' });
    else this.#interruption.pursue(this.state, this.process);
  }

  /** Ends the process, and what its open tools run. */
  end(how: 'agent.terminate' | 'agent.kill'): void {
    const { process } = this;
    if (process === null) return this.#options.facts.exited(NOT_RUNNING);
    this.isExitAwaited = true;
    this.isReserved = false;
    process.isLeaving = true;
    const reach = this.#interruption.reachWith(this.state);
    if (how === 'agent.terminate') terminate(process.run, reach);
    else void kill(process.run, reach);
  }

  async onFrame(frame: Frame, offset: number): Promise<void> {
    const { context, steers, planning } = this.#options;
    const { process } = this;
    if (process === null || steers.answer(frame, process.position)) return;
    const translation = translate(this.state, frame, context.now());
    this.state = translation.state;
    if (offset <= this.#silentUntil) return;
    this.#interruption.pursue(this.state, this.process);
    if (translation.plan !== undefined) await planning.keep(translation.plan);
    this.#tell(translation, process.position);
    this.#healing.watch(this);
    this.noteWork();
    steers.flush(this);
    if (context.isLagging()) await context.settled();
  }

  async onEnded(failure: Failure): Promise<void> {
    const { process } = this;
    if (process === null) return;
    const { context, facts, questions } = this.#options;
    facts.flush(); // before its spool may be cleared away
    await killTools(process.run, this.#interruption.reachWith(this.state));
    if (this.#isDetached) return;
    questions.forget();
    context.pool.leave(process.run.id);
    this.#bury(process, failure);
  }

  /** Ends the message and closes what it left open. */
  conclude(end: TurnEnd, position = this.position): void {
    const { facts, steers, onRest } = this.#options;
    const { message } = this;
    if (message === null) return;
    const error = this.state.turn?.rejection;
    const { threadId } = this.state;
    const events = this.#closeItems(threadId === null ? {} : { threadId });
    this.state = { ...this.state, turn: null };
    this.drop();
    if (end.outcome === 'lost') steers.forget(position);
    else steers.refuseAll(position);
    const { messageId } = message;
    const told = error ? { ...end, outcome: 'errored' as const, error } : end;
    facts.said({ messageId, events, position, standing: standingOf(this.state), end: told });
    this.noteWork();
    onRest();
  }

  /** Forgets the message. */
  drop(): void {
    this.message = null;
    this.#end = null;
    this.#interruption.end();
  }

  /** The message is given up, and the chat told why. */
  cutOff(failure: Failure): void {
    this.#options.steers.forget(this.position);
    this.drop();
    this.#options.facts.exited(failure);
  }

  /** Writes a line if there is a server. */
  write = (line: string): void => {
    this.process
      ?.write(line)
      .catch((err: unknown) => this.#options.context.log.debug({ err }, 'not written'));
  };

  /** Deals with what was open when the server went. */
  #bury(process: CodexProcess, failure: Failure): void {
    const { facts, onUnclear } = this.#options;
    const { message, position } = this;
    const { turn } = this.state;
    const end = this.#end ?? turn?.refusal ?? (turn?.isPlanned === true ? completed(turn) : null);
    const isAwaited = this.isExitAwaited || this.isStopping;
    const { isSelfDirected: wasSelfDirected } = facts;
    const events = this.#closeItems({});
    facts.said({
      messageId: message?.messageId ?? null,
      events,
      position: process.position,
      standing: standingOf(this.state),
    });
    this.state = rested(this.state);
    this.process = null;
    this.isExitAwaited = false;
    const death = { process, failure, isBegun: turn?.nativeId != null, isFound: this.isFoundDead };
    const isUnclear = death.isFound || !death.isBegun;
    if (message !== null && end === null && !isAwaited && isUnclear) return onUnclear(message, death);
    clearWhenSettled(process, this.#options.context);
    if (message !== null && end !== null) this.conclude(end, position);
    else if (message !== null) return this.cutOff(failure);
    if (isAwaited || wasSelfDirected) facts.exited(failure);
    else if (message === null && facts.isDirectionOpen) facts.rested(null);
  }

  #tell(translation: Translation, position: Position): void {
    const { signal, partial, isStirring, events, end, progress } = translation;
    const { context, chat, facts } = this.#options;
    const messageId = this.message?.messageId ?? null;
    if (signal !== undefined) react(signal, { ...this.#options, thread: this, position });
    if (partial !== undefined) facts.show(() => context.reportPartial(chat.chatId, messageId, partial));
    if (isStirring === true) facts.stirred();
    facts.said({ messageId, events, position, standing: standingOf(this.state), progress });
    if (end !== undefined) this.#onEnd(end);
    else if (this.message === null && this.#interruption.isUnderWay && isAtRest(this.state)) this.#onRest();
  }

  #closeItems(where: { threadId?: string }): AgentEvent[] {
    const { state, events } = closeItems(this.state, { ...where, now: this.#options.context.now() });
    this.state = state;
    return events;
  }

  #onEnd(end: TurnEnd): void {
    const { process, message } = this;
    if (process === null || message === null || this.#end !== null) return;
    const { steers, takeBack } = this.#options;
    steers.end(process.position);
    const isCut = this.#interruption.isUnderWay || end.outcome === 'interrupted';
    const isRefused = isInputRefused(message, this.state.turn, end);
    if (!isCut && !isRefused && steers.isSettled) return this.conclude(end);
    this.#end = end;
    const waits: Promise<unknown>[] = [isWithin(steers.settled(), STEERING_MS)];
    if (isCut) waits.push(this.#interruption.clean(this.state, process));
    if (isRefused) waits.push(takeBack(message));
    void Promise.all(waits).then(() => this.#end !== null && this.conclude(end));
  }

  #onRest(): void {
    if (this.process === null) return;
    void this.#interruption.clean(this.state, this.process).then(() => {
      this.#interruption.end();
      this.#options.onRest();
    });
  }
}
