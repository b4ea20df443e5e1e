import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Failure } from '../../contract/chats.ts';
import type { AgentSessionInput, TurnEnd } from '../../contract/facts.ts';
import type { Position, QueuedMessage } from '../../contract/records.ts';
import type { AgentRequest, Answer } from '../../contract/requests.ts';
import { clear } from '../../process/sweep.ts';
import { kill, killRemains, terminate } from '../../process/terminate.ts';
import type { Facts } from '../facts.ts';
import type { OpenQuestions } from '../open-questions.ts';
import type { AcpProcess, ProcessListener } from './acp-process.ts';
import type { AcpContext } from './context.ts';
import { Correspondence } from './correspondence.ts';
import { notRunning } from './failures.ts';
import { Interruption } from '../interruption.ts';
import { pingLine } from './lines.ts';
import { standingOf } from './state.ts';
import { SpeechTimer } from './speech-timer.ts';
import { killTools } from './tools.ts';
import { conclude, type Translation } from './translate.ts';

export interface ConversationOptions {
  context: AcpContext;
  chat: Pick<AgentSessionInput, 'chatId' | 'policy'>;
  facts: Facts;
  questions: OpenQuestions;
  /** The message never reached its process, which is gone. */
  onUndelivered: (message: QueuedMessage) => void;
  /** The message has ended. */
  onRest: () => void;
}

/** The process of one chat and the message it works on: follows what the agent prints, and tells the chat. */
export class Conversation implements ProcessListener {
  process: AcpProcess | null = null;
  /** The message that the process was given and that has not ended. */
  message: QueuedMessage | null = null;
  /** The process was dead before anybody looked; whether it had been given the message. */
  foundDead: { wasGiven: boolean } | null = null;
  /** The chat waits for the end of this process. */
  isExitAwaited = false;
  /** The chat leaves: its process is to end. */
  isStopping = false;
  readonly #options: ConversationOptions;
  readonly #correspondence: Correspondence;
  readonly #interruption = new Interruption();
  readonly #speechTimer = new SpeechTimer(() => this.#sayRest());
  #isDetached = false;

  constructor(options: ConversationOptions) {
    const { chat, facts, questions, context } = options;
    this.#options = options;
    this.#correspondence = new Correspondence({
      policy: chat.policy,
      facts,
      questions,
      log: context.log,
      isCancelled: () => this.#interruption.isUnderWay,
      isGiven: () => this.message !== null,
    });
  }

  /** Takes charge of a process whose output is about to be read. `retire` is called when it should end. */
  adopt(process: AcpProcess, retire: () => void): void {
    this.process = process;
    this.#options.context.pool.join(process.run.id, retire);
  }

  /** Lets go of the process without touching it. */
  detach(): void {
    this.#isDetached = true;
    this.#speechTimer.cancel();
    if (this.process === null) return;
    this.#options.context.pool.leave(this.process.run.id);
    this.process.letGo();
  }

  /** Asks the agent to end what it does; an agent that rests is reported to rest. */
  interrupt(): void {
    const { process } = this;
    if (process === null || this.message === null)
      return this.#options.facts.rested(process?.position ?? null);
    this.#interruption.begin(process.state);
    this.#correspondence.cancel(process);
  }

  answer(request: AgentRequest, answer: Answer): void {
    if (this.process !== null) this.#correspondence.answer(this.process, request, answer);
  }

  ping(): void {
    const { facts } = this.#options;
    const { process } = this;
    if (process === null) return;
    const id = process.nextId();
    const answered = () => facts.report({ type: 'agent.answered' });
    process.ask(id, pingLine(id)).then(answered, (error: unknown) => {
      // An agent that says that it does not know the question is there all the same.
      if (!process.isLeaving && !this.#isDetached) answered();
      this.#options.context.log.debug({ err: error }, 'an agent does not know the ping');
    });
  }

  end(how: 'agent.terminate' | 'agent.kill'): void {
    const { process } = this;
    const { context, facts } = this.#options;
    if (process === null) return facts.exited(notRunning(context));
    this.isExitAwaited = true;
    process.isLeaving = true;
    process.release();
    const reach = this.#interruption.reachWith(process.state);
    if (how === 'agent.terminate') terminate(process.run, reach);
    else void kill(process.run, reach);
  }

  /** Asks or answers what an earlier engine left open. */
  reconcile(process: AcpProcess): void {
    this.#correspondence.reconcile(process);
  }

  async onTranslated(translation: Translation, position: Position): Promise<void> {
    const { context, chat, facts, questions } = this.#options;
    const { process } = this;
    if (process === null) return;
    const { events, partial, signal, end } = translation;
    this.#interruption.widen(process.state);
    if (end !== undefined) {
      await killTools(process.run, this.#interruption.reach);
      questions.keepOnly(new Set(), position);
    }
    const messageId = this.message?.messageId ?? null;
    this.#say(process, { events, position, end });
    if (partial !== undefined) {
      facts.show(() => context.reportPartial(chat.chatId, messageId, partial));
      facts.stirred();
    }
    if (signal !== undefined) this.#correspondence.react(process, signal, position);
    if (this.message === null && process.state.speech !== null) this.#speechTimer.begin();
    if (context.isLagging()) await context.settled();
  }

  async onEnded(failure: Failure): Promise<void> {
    const { process } = this;
    if (process === null) return;
    const { context } = this.#options;
    this.#speechTimer.cancel();
    await killTools(process.run, this.#interruption.reachWith(process.state));
    await killRemains(process.run);
    if (this.#isDetached) return;
    this.process = null;
    context.pool.leave(process.run.id);
    this.#bury(process, failure);
    this.#clearWhenSettled(process);
  }

  /** Deals with what was open when the process went. */
  #bury(process: AcpProcess, failure: Failure): void {
    const { facts, questions, onUndelivered } = this.#options;
    const { message, foundDead } = this;
    const { isSelfDirected: wasSelfDirected } = facts;
    const isAwaited = this.isExitAwaited || this.isStopping;
    this.isExitAwaited = false;
    questions.keepOnly(new Set(), process.position);
    if (message !== null && foundDead !== null && !isAwaited) {
      if (foundDead.wasGiven) return this.#sayLast(process, { outcome: 'lost' });
      this.message = null;
      return onUndelivered(message);
    }
    this.#sayLast(process);
    this.#forget();
    if (message !== null || isAwaited || wasSelfDirected) facts.exited(failure);
    else if (facts.isDirectionOpen) facts.rested(process.position);
  }

  /** Tells what the agent had begun to say; a message that is ended by it will get nothing more. */
  #sayLast(process: AcpProcess, end?: TurnEnd): void {
    const { state, events } = conclude(process.state, this.#options.context.now());
    process.state = state;
    this.#say(process, { events, position: process.position, end });
  }

  /** What the agent says between turns is told when it falls silent. */
  #sayRest(): void {
    if (this.process !== null && this.message === null && !this.#isDetached) this.#sayLast(this.process);
  }

  #say(
    process: AcpProcess,
    { events, position, end }: { events: AgentEvent[]; position: Position; end: TurnEnd | undefined },
  ): void {
    const { facts, context, onRest } = this.#options;
    const messageId = this.message?.messageId ?? null;
    if (end !== undefined) this.#forget();
    facts.said({ messageId, events, position, standing: standingOf(process.state), end });
    if (end === undefined) return;
    context.pool.rest(process.run.id);
    onRest();
  }

  #forget(): void {
    this.message = null;
    this.#interruption.end();
  }

  /** The folder of a run is needed until its end is on disk. */
  #clearWhenSettled({ run }: AcpProcess): void {
    const { settled, log } = this.#options.context;
    settled()
      .then(() => clear(run))
      .catch((error: unknown) => log.warn({ err: error, runId: run.id }, 'a run was not cleared away'));
  }
}
