import { setTimeout as delay } from 'node:timers/promises';
import type { AgentSessionInput, TurnEnd } from '../../contract/facts.ts';
import type { Delivery, QueuedMessage } from '../../contract/records.ts';
import { kill } from '../../process/terminate.ts';
import { ClaudeProcess, type FollowRange } from './claude-process.ts';
import { modeOf } from './command.ts';
import type { Again } from './decide.ts';
import { configurationOf, type AgentContext } from '../agent-context.ts';
import { loadInput } from '../delivery-input.ts';
import { ClaudeDeliverySchema, type ClaudeDelivery } from './delivery.ts';
import { endProcess, endsWithin } from './ending.ts';
import type { Facts } from '../facts.ts';
import { unavailable } from './failures.ts';
import { findInstallation, type Installation } from '../installation.ts';
import { prepareInput, prepareLaunch, type Preparing } from './preparation.ts';
import { readConfiguration, type Found } from './recovery.ts';
import { startProcess } from './start-process.ts';
import { freshState, isAtRest, withTurn } from './state.ts';
import type { Supervisor } from './supervisor.ts';
import { Transcript } from './transcript.ts';

export interface CourierOptions {
  context: AgentContext;
  chat: AgentSessionInput;
  facts: Facts;
  supervisor: Supervisor;
  /** Lets go of everything. */
  signal: AbortSignal;
  /** Called when a process should end because it rests. */
  retire: (process: ClaudeProcess) => void;
}

/** How long a message waits for its settings; another model is first tried out by the agent. */
const SETTINGS_MS = 30_000;
const SETTINGS_LATE: TurnEnd = {
  outcome: 'errored',
  error: { code: 'network', message: 'Claude Code could not switch to the model in time.' },
};
/** The message was not given to another process before. */
const FIRST = { isEchoed: false, carriesOn: false };
/** How long a message waits for a process that is on its way out. */
const LEAVING_MS = 10_000;

/** Brings messages to the agent: to the process that lives, or to a new one. */
export class Courier {
  /** A message was prepared and neither delivered nor abandoned. */
  isPrepared = false;
  readonly #options: CourierOptions;
  readonly #transcript: Transcript;
  /** The process whose input is reserved for that message. */
  #reserved: ClaudeProcess | null = null;
  /** Set while a message waits for its settings. */
  #interrupt: (() => void) | null = null;
  /** The native session that the last message was given to. */
  #deliveredTo: string | null;

  constructor(options: CourierOptions) {
    this.#options = options;
    const { turn } = options.chat;
    this.#transcript = new Transcript(options);
    this.#deliveredTo = ClaudeDeliverySchema.safeParse(turn?.delivery).data?.sessionId ?? null;
  }

  async prepare(message: QueuedMessage): Promise<void> {
    const { context, facts, supervisor } = this.#options;
    this.abandon();
    supervisor.isExitAwaited = false;
    const preparing = await this.#preparing(message);
    if (preparing === null) return this.#reportUnavailable();
    // A process that lives knows nothing of what was said elsewhere: another one resumes the session.
    const isStale = await this.#transcript.tellGap(supervisor.process);
    this.#reserved = isStale ? null : await this.#findUsable(preparing.installation);
    if (this.#reserved !== null) context.pool.work(this.#reserved.run.id);
    const delivery = this.#reserved
      ? await prepareInput(preparing, this.#reserved)
      : await prepareLaunch(preparing, { ...(await this.#transcript.opening(facts.sessionId)), ...FIRST });
    this.#reportPrepared(message, delivery);
  }

  /** Prepares a message once more, for a new process; the chat delivers it like any other. */
  async redeliver(message: QueuedMessage, again: Again): Promise<void> {
    const preparing = await this.#preparing(message);
    if (preparing === null) return this.#reportUnavailable();
    const sessionId = this.#options.facts.sessionId ?? this.#deliveredTo;
    const start = await this.#transcript.again(sessionId, again);
    this.#reportPrepared(message, await prepareLaunch(preparing, start));
  }

  abandon(): void {
    const reserved = this.#reserved;
    this.isPrepared = false;
    this.#release();
    if (reserved !== null && isAtRest(reserved.state)) this.#options.context.pool.rest(reserved.run.id);
  }

  /** Keeps back a message that waits for its settings; false when none does. */
  interrupt(): boolean {
    this.#interrupt?.();
    return this.#interrupt !== null;
  }

  async deliver(message: QueuedMessage, given: Delivery): Promise<void> {
    const { context } = this.#options;
    const delivery = ClaudeDeliverySchema.parse(given);
    const stdin = await loadInput(delivery.input, context.payloads);
    await context.settled();
    this.isPrepared = false;
    this.#deliveredTo = delivery.sessionId;
    if (delivery.start === 'none') return this.#give(message, { delivery, stdin });
    return this.#launch(message, { delivery, stdin });
  }

  /** Follows a process, from its beginning or from where the last engine stopped. */
  async follow(found: Found, range: FollowRange): Promise<ClaudeProcess> {
    const { context, supervisor, signal, retire } = this.#options;
    const { now, log } = context;
    const configuration = await readConfiguration(found.run);
    const process = new ClaudeProcess({ ...found, configuration, listener: supervisor, now, log, signal });
    supervisor.adopt(process, () => retire(process));
    await process.start(range);
    return process;
  }

  async #give(message: QueuedMessage, { delivery, stdin }: Handover): Promise<void> {
    const { context, supervisor } = this.#options;
    const process = this.#reserved;
    if (process === null || process !== supervisor.process || process.isLeaving) {
      this.abandon();
      return this.redeliver(message, { start: 'resume', ...FIRST });
    }
    const { model, effort, isEchoed, inputOffset: input, outputOffset: output } = delivery;
    supervisor.message = message;
    process.settings = { model, effort };
    process.state = withTurn(process.state, { uuid: message.turnId, isEchoed, isWarm: true });
    context.pool.work(process.run.id);
    await this.#write(process, { message, delivery, stdin });
    this.#release();
    await process.free({ input, output });
  }

  /** Writes the settings, and the message once they are made. */
  async #write(process: ClaudeProcess, { message, delivery, stdin }: Handover & { message: QueuedMessage }) {
    const { settings, inputOffset } = delivery;
    const { supervisor, signal } = this.#options;
    if (settings.bytes > 0) {
      const made = supervisor.settingsMade(message, settings.lines);
      const written = process.writeReserved(stdin.subarray(0, settings.bytes), inputOffset);
      const end = await this.#settle(
        process,
        written.then(() => made),
      );
      if (process !== supervisor.process || signal.aborted) return;
      if (end !== null && process.state.turn?.rejection === null) this.#giveUp(process);
      if (end !== null) return supervisor.end(process, end);
    }
    await process.writeReserved(stdin.subarray(settings.bytes), inputOffset + settings.bytes);
  }

  /** Nobody knows with which settings the process would go on. */
  #giveUp(process: ClaudeProcess): void {
    process.isLeaving = true;
    void kill(process.run, { toolsOpenedSince: null });
  }

  /** How a turn ends whose settings cannot be made; null when they are. An interrupt counts from their writing on. */
  async #settle(process: ClaudeProcess, made: Promise<void>): Promise<TurnEnd | null> {
    const interrupted = new Promise<TurnEnd>((resolve) => {
      this.#interrupt = () => resolve({ outcome: 'interrupted' });
    });
    const limit = new AbortController();
    const late = delay(SETTINGS_MS, SETTINGS_LATE, { signal: limit.signal }).catch(() => null);
    const ways = [interrupted, late, made.then(() => null), process.ended.then(() => null)];
    const end = await Promise.race(ways).finally(() => {
      limit.abort();
      this.#interrupt = null;
    });
    const rejection = process.state.turn?.rejection ?? null;
    if (end !== null || rejection !== null) process.settings = {};
    return rejection === null ? end : { outcome: 'errored', error: rejection };
  }

  async #launch(message: QueuedMessage, { delivery, stdin }: Handover): Promise<void> {
    const { context, chat, supervisor, signal } = this.#options;
    const { chatId, policy } = chat;
    const installation = await findInstallation(context.findProgram());
    if (installation === null) return this.#reportUnavailable();
    if (supervisor.process !== null) await endProcess(supervisor.process);
    const { planMode } = message;
    const given = { chatId, policy, installation, delivery, planMode, stdin, signal };
    const run = await startProcess(context, given);
    const { sessionId, isEchoed, carriesOn: isCarriedOn, model, effort, notice } = delivery;
    const launched = freshState(sessionId, modeOf(policy, isCarriedOn && planMode));
    const state = withTurn(launched, { uuid: message.turnId, isEchoed, isCarriedOn, notice });
    supervisor.message = message;
    const range = { from: 0, silentUntil: 0 };
    await this.follow({ run, state, settings: { model, effort } }, range);
  }

  async #preparing(message: QueuedMessage): Promise<Preparing | null> {
    const { context, chat } = this.#options;
    await context.login.ready();
    const installation = await findInstallation(context.findProgram());
    return installation && { message, policy: chat.policy, installation, payloads: context.payloads };
  }

  /** The process that lives, if it can take another message as it is. */
  async #findUsable(installation: Installation): Promise<ClaudeProcess | null> {
    const { context, chat, supervisor } = this.#options;
    const { process } = supervisor;
    if (process === null) return null;
    if (process.isLeaving) {
      if (await endsWithin(process, LEAVING_MS)) return null;
      throw new Error('The last process of this chat does not end.');
    }
    const wanted = configurationOf(context.login.environment(), installation.identity, chat.policy);
    const isKept = process.configuration === wanted || !isAtRest(process.state);
    return process.state.session !== 'unknown' && isKept ? process : null;
  }

  #release(): void {
    this.#reserved?.releaseInput();
    this.#reserved = null;
  }

  #reportPrepared(message: QueuedMessage, given: ClaudeDelivery): void {
    this.isPrepared = true;
    const delivery = this.#transcript.mark(given, message);
    this.#options.facts.report({ type: 'turn.prepared', messageId: message.messageId, delivery });
  }

  #reportUnavailable(): void {
    const { context, facts } = this.#options;
    facts.exited(unavailable(context.findProgram()));
  }
}

interface Handover {
  delivery: ClaudeDelivery;
  stdin: Buffer;
}
