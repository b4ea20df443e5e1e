import { randomUUID } from 'node:crypto';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Failure } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import type { Position, QueuedMessage } from '../../contract/records.ts';
import { clear } from '../../process/sweep.ts';
import { kill, killTools, terminate } from '../../process/terminate.ts';
import { pendingEnd } from './advance.ts';
import type { ClaudeProcess, ProcessListener } from './claude-process.ts';
import type { ClaudeContext } from './context.ts';
import type { Signal } from './control.ts';
import type { Facts } from './facts.ts';
import { failureOfExit, OUTPUT_DAMAGED } from './failures.ts';
import { Interruption } from './interruption.ts';
import { endSessionLine, initializeLine, interruptLine, unsupportedLine } from './lines.ts';
import type { Questions } from './questions.ts';
import { isAtRest, rested, worksByItself } from './state.ts';
import type { Translation } from './translate.ts';

export interface SupervisorOptions {
  context: ClaudeContext;
  chatId: string;
  facts: Facts;
  questions: Questions;
  /** A message turned out not to have reached the agent, or not to be known to it. */
  redeliver: (message: QueuedMessage, again: Again) => Promise<void>;
}

/** How a message is given once more. */
export interface Again {
  start: 'new' | 'resume';
  isEchoed: boolean;
}

/** A session that comes to rest without saying so ends its turn this long after the result. */
const END_GRACE_MS = 500;

/** Watches over the process of one chat and the message it works on, and tells the chat about both. */
export class Supervisor implements ProcessListener {
  process: ClaudeProcess | null = null;
  /** The message that the process was given and that has not ended. */
  message: QueuedMessage | null = null;
  /** The chat waits for the end of this process. */
  isExitAwaited = false;
  readonly #options: SupervisorOptions;
  readonly #interruption = new Interruption();
  /** The chat leaves: each end of a process is to be told. */
  #isStopping = false;
  /** The process was found, not launched, and has not answered yet: it may be dying. */
  #isFound = false;
  #isConversationMissing = false;
  #failure: Failure | null = null;
  #endTimer: NodeJS.Timeout | null = null;
  #greeted = () => {};

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Takes charge of a process whose output is about to be read. `retire` is called when it should end. */
  adopt(process: ClaudeProcess, { isFound, retire }: { isFound: boolean; retire: () => void }): void {
    this.process = process;
    this.#isFound = isFound;
    this.#isConversationMissing = false;
    this.#failure = null;
    this.#interruption.end();
    this.#options.context.pool.join(process.run.id, retire);
  }

  /** Lets go of the process without touching it. */
  detach(): void {
    this.#stopEndTimer();
    if (this.process !== null) this.#options.context.pool.leave(this.process.run.id);
  }

  /** Asks a process that was found what it does; settles with the answer. */
  greet(process: ClaudeProcess): Promise<void> {
    this.#send(process, initializeLine(`${randomUUID()}-hello`));
    if (process.state.turn?.rejection) this.interrupt();
    this.#watchForEnd(process);
    return new Promise((resolve) => {
      this.#greeted = resolve;
    });
  }

  /** Asks the agent to end what it does; an agent that rests is reported to rest. */
  interrupt(): void {
    const { process } = this;
    if (process !== null && this.#isWorking(process)) {
      this.#interruption.begin(process.state);
      this.#send(process, interruptLine(`${randomUUID()}-interrupt`));
    } else if (this.message === null) this.#options.facts.rested(positionOf(process));
  }

  /** Writes a line if there is a process. */
  send(line: string): void {
    if (this.process !== null) this.#send(this.process, line);
  }

  /** Asks the agent to end what it does, and itself. */
  stop(): void {
    this.#isStopping = true;
    if (this.process === null) return this.reportGone();
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

  /** Answers a chat that waits for the end of a process where there is none. */
  reportGone(): void {
    const failure = { code: 'agent_exited', message: 'Claude Code does not run.' };
    this.#options.facts.report({ type: 'agent.exited', failure });
  }

  async onTranslated({ signal, events, end }: Translation, offset: number): Promise<void> {
    const { process } = this;
    if (process === null) return;
    const { context } = this.#options;
    const position = { runId: process.run.id, offset };
    this.#interruption.widen(process.state);
    if (signal !== undefined) this.#react(process, signal, position);
    if (end !== undefined) await killTools(process.run, this.#interruption.reach);
    this.#say(process, { events, position, end });
    this.#watchForEnd(process);
    if (context.isLagging()) await context.settled();
  }

  onPartial(event: AgentEvent): void {
    const { context, chatId, facts } = this.#options;
    context.reportPartial(chatId, this.message?.messageId ?? null, event);
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
    const { context, questions } = this.#options;
    const { run, state } = process;
    this.#stopEndTimer();
    await killTools(run, this.#interruption.reachWith(state));
    const { command } = context;
    const failure = this.#failure ?? (await failureOfExit(run, { exitCode, state, command }));
    this.process = null;
    context.pool.leave(run.id);
    questions.forget();
    await this.#conclude(process, failure);
    void context.settled().then(() => clear(run));
  }

  /** The process is gone: what it left open is ended, given again, or reported. */
  async #conclude(process: ClaudeProcess, failure: Failure): Promise<void> {
    const { facts, redeliver } = this.#options;
    const { message, isExitAwaited } = this;
    const { state } = process;
    const end = message === null ? null : pendingEnd(state);
    const again = message === null ? null : this.#againAfter(process, message);
    process.state = rested(state);
    this.isExitAwaited = false;
    if (end !== null) this.#say(process, { events: [], position: positionOf(process), end });
    this.message = null;
    if (this.#isStopping) return facts.report({ type: 'agent.exited', failure });
    if (end !== null) return;
    if (message !== null && again !== null && !isExitAwaited) return redeliver(message, again);
    const isCutOff = message !== null || (facts.isSelfDirected && !this.#isFound);
    if (isCutOff || isExitAwaited) return facts.report({ type: 'agent.exited', failure });
    if (facts.isDirectionOpen) facts.rested(positionOf(process));
  }

  /** Null when the process was at work on the message: giving it again might do things twice. */
  #againAfter({ state }: ClaudeProcess, { turnId }: QueuedMessage): Again | null {
    if (this.#isConversationMissing) return { start: 'new', isEchoed: false };
    if (!this.#isFound) return null;
    return { start: 'resume', isEchoed: state.echoed.includes(turnId) };
  }

  #react(process: ClaudeProcess, signal: Signal, position: Position): void {
    const { questions } = this.#options;
    const { permissionMode } = process.state;
    const asked = { permissionMode, position, write: (line: string) => this.#send(process, line) };
    switch (signal.kind) {
      case 'permission':
        return questions.ask(signal.request, asked);
      case 'unsupported':
        return this.#send(process, unsupportedLine(signal.requestId, signal.subtype));
      case 'withdrawn':
        return questions.withdraw(signal.requestId, position);
      case 'response':
        return this.#onResponse(process, signal);
      case 'hello':
        this.#isFound = false;
        questions.reconcile(signal.pending, asked);
        return this.#greeted();
      case 'conversationMissing':
        this.#isConversationMissing = true;
    }
  }

  #onResponse(process: ClaudeProcess, { requestId, failure }: Extract<Signal, { kind: 'response' }>): void {
    const { context, facts } = this.#options;
    if (requestId.endsWith('-ping')) facts.report({ type: 'agent.answered' });
    if (failure === null) return;
    context.log.warn({ runId: process.run.id, requestId, failure }, 'the agent refused a request');
    if (process.state.turn?.rejection) this.interrupt();
  }

  #say(process: ClaudeProcess, { events, position, end }: Saying): void {
    const { context, facts } = this.#options;
    const messageId = this.message?.messageId ?? null;
    if (end !== undefined) {
      this.message = null;
      this.#interruption.end();
    }
    facts.said({ messageId, events, position, state: process.state, end });
    if (isAtRest(process.state)) context.pool.rest(process.run.id);
    else context.pool.work(process.run.id);
  }

  #watchForEnd(process: ClaudeProcess): void {
    if (pendingEnd(process.state) === null) return this.#stopEndTimer();
    this.#endTimer ??= setTimeout(() => void this.#endInSilence(process), END_GRACE_MS);
  }

  async #endInSilence(process: ClaudeProcess): Promise<void> {
    this.#endTimer = null;
    const end = pendingEnd(process.state);
    if (end === null || process !== this.process) return;
    process.state = { ...process.state, turn: null };
    await killTools(process.run, this.#interruption.reach);
    this.#say(process, { events: [], position: positionOf(process), end });
  }

  #stopEndTimer(): void {
    if (this.#endTimer !== null) clearTimeout(this.#endTimer);
    this.#endTimer = null;
  }

  #abandon(process: ClaudeProcess): void {
    this.isExitAwaited = true;
    process.isLeaving = true;
    process.releaseInput();
  }

  #isWorking({ state }: ClaudeProcess): boolean {
    return this.message !== null || worksByItself(state);
  }

  #send(process: ClaudeProcess, line: string): void {
    process.write(line).catch((error: unknown) => {
      this.#options.context.log.debug({ err: error, runId: process.run.id }, 'a line was not written');
    });
  }
}

interface Saying {
  events: AgentEvent[];
  position: Position | null;
  end?: TurnEnd | undefined;
}

function positionOf(process: ClaudeProcess | null): Position | null {
  return process === null ? null : { runId: process.run.id, offset: process.offset };
}
