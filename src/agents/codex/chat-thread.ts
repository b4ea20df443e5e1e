import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Failure } from '../../contract/chats.ts';
import type { AgentSessionInput, TurnEnd } from '../../contract/facts.ts';
import type { Position, QueuedMessage } from '../../contract/records.ts';
import { clear } from '../../process/sweep.ts';
import { kill, killTools, terminate } from '../../process/terminate.ts';
import type { AgentContext } from '../agent-context.ts';
import type { Facts } from '../facts.ts';
import { Interruption } from '../interruption.ts';
import type { OpenQuestions } from '../open-questions.ts';
import { requestIdOf } from '../request-ids.ts';
import { isWithin } from '../within.ts';
import { NOT_RUNNING } from './failures.ts';
import { Healing } from './healing.ts';
import { isInputRefused } from './opening.ts';
import { completed, isOver, type Planning } from './planning.ts';
import type { CodexProcess, ProcessListener } from './process.ts';
import type { Frame } from './protocol.ts';
import { decide } from './requests.ts';
import type { Steers } from './steering.ts';
import { activeTurns, freshState, isAtRest, rested, standingOf, toolsOf, type CodexState } from './state.ts';
import { closeItems, type Signal, type Translation } from './step.ts';
import { translate } from './translate.ts';

export interface ChatThreadOptions {
  context: AgentContext;
  chat: Pick<AgentSessionInput, 'chatId' | 'policy' | 'sessionId'>;
  facts: Facts;
  questions: OpenQuestions;
  planning: Planning;
  steers: Steers;
  /** Takes a message that the model refused out of the thread. */
  takeBack: (message: QueuedMessage) => Promise<unknown>;
  /** A turn ended, or what the agent did by itself. */
  onRest: () => void;
  /** The server is gone, and nobody knows whether it had begun with the message. */
  onUnclear: (message: QueuedMessage, death: Death) => void;
}

export interface Death {
  process: CodexProcess;
  failure: Failure;
  /** It had begun with the message. */
  isBegun: boolean;
  /** It had died before anybody looked. */
  isFound: boolean;
}

/** How long a turn that is over waits for the answers to what was said into it. */
const STEERING_MS = 2_000;

/** How long the agent may take to end the commands of an interrupted turn before they are killed. */
const CLEANING_MS = 2_000;

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
  /** The chat waits for the end of the server. */
  isExitAwaited = false;
  /** The chat leaves. */
  isStopping = false;
  readonly #options: ChatThreadOptions;
  readonly #healing: Healing;
  readonly #interruption = new Interruption();
  /** Turns that were told to end. */
  readonly #told = new Set<string>();
  #silentUntil = 0;
  #isDetached = false;
  /** The turn has ended and its commands are being ended. */
  #end: TurnEnd | null = null;

  constructor(options: ChatThreadOptions) {
    this.#options = options;
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
    if (message === null && isAtRest(state)) return this.#options.facts.rested(position);
    this.#interruption.begin(toolsOf(state));
    const { turn } = state;
    if (turn && isOver(turn)) this.#onEnd({ ...completed(turn), outcome: 'interrupted' });
    else this.#endTurns();
  }

  /** Ends the process, and what its open tools run. */
  end(how: 'agent.terminate' | 'agent.kill'): void {
    const { process } = this;
    if (process === null) return this.#options.facts.exited(NOT_RUNNING);
    this.isExitAwaited = true;
    this.isReserved = false;
    process.isLeaving = true;
    const reach = this.#interruption.reachWith(toolsOf(this.state));
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
    this.#interruption.widen(toolsOf(this.state));
    this.#endTurns();
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
    await killTools(process.run, this.#interruption.reachWith(toolsOf(this.state)));
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
    this.#told.clear();
  }

  /** The message is given up, and the chat told why. */
  cutOff(failure: Failure): void {
    this.#options.steers.forget(this.position);
    this.drop();
    this.#options.facts.exited(failure);
  }

  /** The folder of a run is needed until its end is on disk. */
  clear({ run }: CodexProcess): void {
    const { settled, log } = this.#options.context;
    settled()
      .then(() => clear(run))
      .catch((error: unknown) => log.warn({ err: error, runId: run.id }, 'a run was not cleared away'));
  }

  /** Writes a line if there is a server. */
  write = (line: string): void => {
    this.process?.write(line).catch((error: unknown) => this.#log(error, 'a line was not written'));
  };

  /** Deals with what was open when the server went. */
  #bury(process: CodexProcess, failure: Failure): void {
    const { facts, onUnclear } = this.#options;
    const { message, position } = this;
    const { turn } = this.state;
    const end = this.#end ?? turn?.refusal ?? (turn?.isPlanned === true ? completed(turn) : null);
    const isAwaited = this.isExitAwaited || this.isStopping;
    const { isSelfDirected: wasSelfDirected } = facts;
    this.#sayOnly(this.#closeItems({}), process.position);
    this.state = rested(this.state);
    this.process = null;
    this.isExitAwaited = false;
    const death = { process, failure, isBegun: turn?.nativeId != null, isFound: this.isFoundDead };
    const isUnclear = death.isFound || !death.isBegun;
    if (message !== null && end === null && !isAwaited && isUnclear) return onUnclear(message, death);
    this.clear(process);
    if (message !== null && end !== null) this.conclude(end, position);
    else if (message !== null) return this.cutOff(failure);
    if (isAwaited || wasSelfDirected) facts.exited(failure);
    else if (message === null && facts.isDirectionOpen) facts.rested(null);
  }

  #tell(translation: Translation, position: Position): void {
    const { signal, partial, isStirring, events, end, progress } = translation;
    const { context, chat, facts } = this.#options;
    const messageId = this.message?.messageId ?? null;
    if (signal !== undefined) this.#react(signal, position);
    if (partial !== undefined) facts.show(() => context.reportPartial(chat.chatId, messageId, partial));
    if (isStirring === true) facts.stirred();
    this.#sayOnly(events, position);
    if (progress !== undefined) facts.report({ type: 'agent.waits', messageId, progress, position });
    if (end !== undefined) this.#onEnd(end);
    else if (this.message === null && this.#interruption.isUnderWay && isAtRest(this.state)) this.#onRest();
  }

  #sayOnly(events: AgentEvent[], position: Position): void {
    const [messageId, standing] = [this.message?.messageId ?? null, standingOf(this.state)];
    this.#options.facts.said({ messageId, events, position, standing });
  }

  #closeItems(where: { threadId?: string }): AgentEvent[] {
    const { state, events } = closeItems(this.state, { ...where, now: this.#options.context.now() });
    this.state = state;
    return events;
  }

  #react(signal: Signal, position: Position): void {
    const { chat, questions, planning } = this.#options;
    const { process, state } = this;
    const { turn } = state;
    if (process === null) return;
    const { runId } = position;
    if (signal.kind === 'resolved') return questions.withdraw(requestIdOf(runId, signal.requestId), position);
    if (signal.kind === 'planned') return turn === null ? undefined : planning.ask(turn, position);
    const { policy } = chat;
    const decision = decide(signal.request, { policy, planMode: turn?.planMode ?? false, runId, state });
    if (decision.kind === 'ask') questions.ask(decision.request, position);
    else if (decision.kind === 'answer') this.write(decision.line);
    else process.refuse(signal.request);
  }

  /** Tells each turn that goes on to end, once: one may begin after the interrupt. */
  #endTurns(): void {
    if (!this.#interruption.isUnderWay) return;
    for (const turn of activeTurns(this.state).filter(({ turnId }) => !this.#told.has(turnId))) {
      this.#told.add(turn.turnId);
      const asked = this.process?.request('turn/interrupt', turn);
      asked?.catch((error: unknown) => this.#log(error, 'a turn was not interrupted'));
    }
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
    if (isCut) waits.push(this.#clean(process));
    if (isRefused) waits.push(takeBack(message));
    void Promise.all(waits).then(() => this.#end !== null && this.conclude(end));
  }

  #onRest(): void {
    const { process } = this;
    if (process === null) return;
    void this.#clean(process).then(() => {
      this.#interruption.end();
      this.#told.clear();
      this.#options.onRest();
    });
  }

  /** An interrupt leaves the commands of the turn running: they are ended after it. */
  async #clean(process: CodexProcess): Promise<void> {
    const { threadId, children } = this.state;
    const threads = [...(threadId === null ? [] : [threadId]), ...Object.keys(children)];
    const answers = threads.map((id) =>
      process.request('thread/backgroundTerminals/clean', { threadId: id }),
    );
    await isWithin(Promise.allSettled(answers), CLEANING_MS);
    await killTools(process.run, this.#interruption.reach);
  }

  #log(err: unknown, message: string): void {
    this.#options.context.log.debug({ err, chatId: this.#options.chat.chatId }, message);
  }
}
