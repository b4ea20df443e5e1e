import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Failure, Policy } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import type { Position, QueuedMessage } from '../../contract/records.ts';
import type { AgentContext } from '../agent-context.ts';
import type { Facts } from '../facts.ts';
import type { OpenQuestions } from '../open-questions.ts';
import { requestIdOf } from '../request-ids.ts';
import { Healing } from './healing.ts';
import { Interruption } from './interruption.ts';
import { completed, isOver, type Planning } from './planning.ts';
import type { Frame } from './protocol.ts';
import { isInputRefused } from './refused-input.ts';
import { decide } from './requests.ts';
import type { CodexServer, ServerMember } from './server.ts';
import type { Steers } from './steering.ts';
import { freshState, isAtRest, rested, standingOf, turnRequestId, type CodexState } from './state.ts';
import { closeItems, type Signal, type Translation } from './step.ts';
import { translate } from './translate.ts';
import { isWithin } from '../within.ts';

export interface ChatThreadOptions {
  context: AgentContext;
  chatId: string;
  policy: Policy;
  facts: Facts;
  questions: OpenQuestions;
  planning: Planning;
  steers: Steers;
  /** A turn ended, or what the agent did by itself. */
  onRest: () => void;
  /** The server is gone; what was open in it is still in `state` and `message`. */
  onGone: (server: CodexServer, failure: Failure) => void;
}

/** How long a turn that is over waits for the answers to what was said into it. */
const STEERING_MS = 2_000;

/** The thread of one chat and the message it works on: follows what the server prints about it, and tells the chat. */
export class ChatThread implements ServerMember {
  state: CodexState;
  server: CodexServer | null = null;
  /** The message that the server was given and that has not ended. */
  message: QueuedMessage | null = null;
  /** A message was prepared and neither delivered nor abandoned. */
  isReserved = false;
  /** The server had died before it was taken up, so nobody knows how far the message came. */
  isFoundDead = false;
  /** Takes a message that the model refused out of the thread; set by who opens the thread. */
  takeBack: (message: QueuedMessage) => Promise<unknown> = () => Promise.resolve();
  readonly #options: ChatThreadOptions;
  readonly #interruption: Interruption;
  readonly #healing: Healing;
  #from = 0;
  #silentUntil = 0;
  /** Behind the last frame that concerned this chat. */
  #offset = 0;
  /** The turn has ended and its commands are being ended. */
  #end: TurnEnd | null = null;

  constructor(options: ChatThreadOptions, threadId: string | null) {
    this.#options = options;
    this.#healing = new Healing(options.planning);
    this.state = freshState(threadId);
    const { chatId, context } = options;
    this.#interruption = new Interruption({ chatId, log: context.log, state: () => this.state });
  }

  get isWorking(): boolean {
    return this.isReserved || this.message !== null || !isAtRest(this.state);
  }

  get position(): Position | null {
    return this.server === null ? null : this.#positionIn(this.server);
  }

  needles(): string[] {
    const { threadId, turn, activeTurn, children } = this.state;
    const ids = [threadId, activeTurn, turn?.nativeId, turn && turnRequestId(turn.clientId)];
    return [...ids.flatMap((id) => id ?? []), ...Object.keys(children), ...this.#options.steers.ids];
  }

  /** Follows the server from `from` on; what it printed up to `silentUntil` is known already. */
  async join(
    server: CodexServer,
    { from, silentUntil }: { from: number; silentUntil: number },
  ): Promise<void> {
    this.server = server;
    this.#from = from;
    this.#silentUntil = silentUntil;
    this.#offset = silentUntil;
    await server.join(this, from);
    server.noteWork();
  }

  /** Asks about a plan that waits, or carries on what was refused, unless that was done before. */
  async takeUpRound(): Promise<void> {
    await this.#options.planning.takeUp(this);
    this.#healing.watch(this);
  }

  /** Lets go of the server. */
  leave(): CodexServer | null {
    const { server } = this;
    this.server = null;
    server?.leave(this);
    return server;
  }

  /** Asks the agent to end what it does; an agent that rests is reported to rest. */
  interrupt(): void {
    const { message, state, position } = this;
    if (message === null && isAtRest(state)) return this.#options.facts.rested(position);
    this.#interruption.begin();
    const { turn } = state;
    if (turn && isOver(turn)) this.#onEnd({ ...completed(turn), outcome: 'interrupted' });
    else this.#interruption.pursue(this.server);
  }

  async onFrame(frame: Frame, offset: number): Promise<void> {
    const { context, steers } = this.#options;
    const { server } = this;
    if (offset <= this.#from || server === null) return;
    if (steers.answer(frame, { runId: server.run.id, offset })) return;
    const translation = translate(this.state, frame, context.now());
    if (translation === null) return;
    this.state = translation.state;
    if (offset <= this.#silentUntil) return;
    this.#offset = offset;
    this.#interruption.pursue(server);
    if (translation.plan !== undefined) await this.#options.planning.keep(translation.plan);
    this.#tell(translation, { runId: server.run.id, offset });
    this.#healing.watch(this);
    server.noteWork();
    steers.flush(this);
    if (context.isLagging()) await context.settled();
  }

  onServerEnded(failure: Failure): void {
    const { server } = this;
    this.server = null;
    this.#options.facts.flush(); // before its spool may be cleared away
    this.#options.questions.forget();
    if (server !== null) this.#options.onGone(server, failure);
  }

  /** Ends the message and closes what it left open. */
  conclude(end: TurnEnd, server: CodexServer): void {
    const { context, facts, steers, onRest } = this.#options;
    const { message, state } = this;
    if (message === null) return;
    const { threadId, turn } = state;
    const error = turn?.rejection;
    const closed = closeItems(state, { now: context.now(), ...(threadId === null ? {} : { threadId }) });
    this.state = { ...closed.state, turn: null };
    this.drop();
    if (end.outcome === 'lost') steers.forget(this.#positionIn(server));
    else steers.refuseAll(this.#positionIn(server));
    const { messageId } = message;
    const [position, standing] = [this.#positionIn(server), standingOf(this.state)];
    const told = error ? { ...end, outcome: 'errored' as const, error } : end;
    facts.said({ messageId, events: closed.events, position, standing, end: told });
    server.noteWork();
    onRest();
  }

  /** The server is gone: closes what it left open. Returns how the turn had ended, if it had. */
  async bury(server: CodexServer): Promise<TurnEnd | null> {
    const { turn } = this.state;
    const end = this.#end ?? turn?.refusal ?? (turn?.isPlanned === true ? completed(turn) : null);
    await this.#interruption.killTools(server);
    const { state, events } = closeItems(this.state, { now: this.#options.context.now() });
    this.state = rested(state);
    this.#sayOnly(events, this.#positionIn(server));
    return end;
  }

  /** Forgets the message. */
  drop(): void {
    this.message = null;
    this.#end = null;
    this.#interruption.end();
  }

  #tell(translation: Translation, position: Position): void {
    const { signal, partial, isStirring, events, end, progress } = translation;
    const { context, chatId, facts } = this.#options;
    const messageId = this.message?.messageId ?? null;
    if (signal !== undefined) this.#react(signal, position);
    if (partial !== undefined) facts.show(() => context.reportPartial(chatId, messageId, partial));
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

  #react(signal: Signal, position: Position): void {
    const { policy, questions, planning } = this.#options;
    const { server, state } = this;
    const { turn } = state;
    if (server === null) return;
    const runId = server.run.id;
    if (signal.kind === 'resolved') return questions.withdraw(requestIdOf(runId, signal.requestId), position);
    if (signal.kind === 'planned') return turn === null ? undefined : planning.ask(server, turn, position);
    const decision = decide(signal.request, { policy, planMode: turn?.planMode ?? false, runId, state });
    if (decision.kind === 'ask') questions.ask(decision.request, position);
    else if (decision.kind === 'answer') this.write(decision.line);
    else server.refuse(signal.request);
  }

  /** Writes a line if there is a server. */
  write = (line: string): void => {
    this.server?.write(line).catch((error: unknown) => this.#log(error, 'a line was not written'));
  };

  #onEnd(end: TurnEnd): void {
    const { server } = this;
    if (server === null || this.message === null || this.#end !== null) return;
    this.#options.steers.end(this.#positionIn(server));
    const isCut = this.#interruption.isUnderWay || end.outcome === 'interrupted';
    const isRefused = isInputRefused(this.message, this.state.turn, end);
    if (!isCut && !isRefused && this.#options.steers.isSettled) return this.conclude(end, server);
    this.#end = end;
    const waits: Promise<unknown>[] = [isWithin(this.#options.steers.settled(), STEERING_MS)];
    if (isCut) waits.push(this.#interruption.clean(server));
    if (isRefused) waits.push(this.takeBack(this.message));
    void Promise.all(waits).then(() => this.#end !== null && this.conclude(end, server));
  }

  #onRest(): void {
    const { server } = this;
    this.#interruption.end();
    if (server === null) return;
    void this.#interruption.clean(server).then(this.#options.onRest);
  }

  #positionIn({ run }: CodexServer): Position {
    return { runId: run.id, offset: this.#offset };
  }

  #log(err: unknown, message: string): void {
    this.#options.context.log.debug({ err, chatId: this.#options.chatId }, message);
  }
}
