/** Does what the machine of a process asks for, and reports what came of it. Decides nothing. */
import type { ProcessOrder } from '../../../machines/agent-process.events.ts';
import type { QueuedMessage } from '../../contract/records.ts';
import type { TaskRecord } from '../../contract/tasks.ts';
import { isAlive } from '../../processes/identify.ts';
import { kill, terminate } from '../../processes/terminate.ts';
import type { ExecutorFact, ExecutorOptions } from '../agent-context.ts';
import { Facts } from '../facts.ts';
import { givenBefore } from '../failures.ts';
import { OpenQuestions } from '../open-questions.ts';
import { Conversation } from './conversation.ts';
import { failureOf, isFit, launch } from './launcher.ts';
import type { LiveProcess } from './live-process.ts';
import { Preparer } from './preparer.ts';
import { Reader } from './reader.ts';
import { SessionWatch } from './session-watch.ts';
import { settle } from './settlement.ts';
import { Steering } from './steering.ts';

export class Executor {
  readonly #options: ExecutorOptions;
  readonly #facts: Facts;
  readonly #conversation: Conversation;
  readonly #reader: Reader;
  readonly #preparer: Preparer;
  readonly #session: SessionWatch;
  readonly #steering: Steering;
  readonly #forgetLogin: () => void;
  readonly #letGo = new AbortController();
  readonly #onBroken = (error: unknown) => this.#reportFailure('process.broken', error);
  /** The last of the orders that are carried out one after the other. */
  #last: Promise<void> = Promise.resolve();
  #launching = new AbortController();
  /** How the process before stood whose message is given again. */
  #before: unknown = null;

  constructor(given: ExecutorOptions) {
    // The policy is that of the message that it works on.
    const options = { ...given, chat: { ...given.chat } };
    const { chat, context, tell } = options;
    const { requestTimeoutMs: timeoutMs } = context;
    if (chat.turn !== null) context.given?.delete(chat.turn.message.turnId);
    const report = (fact: ExecutorFact) => this.#report(fact);
    const facts = new Facts(tell, chat);
    const questions = new OpenQuestions({ open: chat.requests, timeoutMs, report: facts.report });
    const steering = new Steering({
      context,
      facts,
      found: chat.steering ?? [],
      standing: () => conversation.standing(),
      write: (message, text) => conversation.tell({ type: 'steer', message, text }),
    });
    const told = { ...options, facts, steering, report };
    const onBroken = this.#onBroken;
    const conversation: Conversation = new Conversation({ ...told, questions, onBroken });
    const session = new SessionWatch({ ...options, facts, conversation });
    this.#options = options;
    this.#facts = facts;
    this.#conversation = conversation;
    this.#session = session;
    this.#steering = steering;
    this.#forgetLogin = context.login.onChange(() => conversation.sayLogin());
    const signal = this.#letGo.signal;
    const onUnfit = (state: unknown) => (this.#before = state);
    this.#preparer = new Preparer({ ...options, conversation, session, report, onUnfit, onBroken });
    const onLine = () => this.#preparer.step();
    this.#reader = new Reader({ ...told, conversation, signal, onLine });
  }

  order(order: ProcessOrder): void {
    if (this.#letGo.signal.aborted) return;
    const { process } = this.#conversation;
    this.#steering.hear(order);
    switch (order.type) {
      case 'terminate':
        return void this.#end(process, terminate).catch(this.#onBroken);
      case 'kill':
        return void this.#end(process, kill).catch(this.#onBroken);
      case 'abortLaunch':
        return this.#launching.abort(new Error('It is not needed any more.'));
      case 'rest':
      case 'work':
        return process === null ? undefined : this.#options.context.pool[order.type](process.run.id);
      default:
        return void (this.#last = this.#last.then(() => this.#perform(order)).catch(this.#onBroken));
    }
  }

  outputOf(task: TaskRecord) {
    return this.#conversation.outputOf(task);
  }

  /** Lets go without touching the process: the next engine attaches to it. */
  detach(): void {
    const { process } = this.#conversation;
    this.#facts.mute();
    this.#forgetLogin();
    this.#letGo.abort(new Error('The process was let go.'));
    this.#launching.abort(this.#letGo.signal.reason);
    this.#conversation.letGo();
    if (process === null) return;
    this.#options.context.pool.leave(process.run.id);
    process.channel.resume();
    // Nobody would ever find a process that no message was prepared for.
    if (!process.isKnown) void kill(process.run, { toolsOpenedSince: null });
  }

  async #perform(order: ProcessOrder): Promise<void> {
    if (this.#letGo.signal.aborted) return undefined;
    const conversation = this.#conversation;
    switch (order.type) {
      case 'attach':
        return this.#reader.attach();
      case 'launch':
        return this.#launch(order.message);
      case 'prepare':
        return this.#prepare(order.message);
      case 'release':
        return this.#preparer.release();
      case 'agent.deliver':
        return this.#preparer.deliver(order.message, order.delivery);
      case 'agent.steer':
        this.#session.expect(order.message);
        return this.#steering.say(order.message);
      case 'agent.answer':
        return conversation.answer(order);
      case 'agent.stopTask':
        return void (await conversation.send({ type: 'stopTask', taskId: order.taskId }));
      case 'agent.ping':
        return void (await conversation.send({ type: 'ping' }));
      case 'interrupt':
        return conversation.interrupt();
      case 'sayRested':
        return this.#facts.rested(conversation.process?.position ?? null);
      case 'leave':
        return this.#leave();
      case 'settle':
        return this.#settle(order);
      default:
        return undefined;
    }
  }

  async #launch(message: QueuedMessage): Promise<void> {
    this.#setPolicy(message);
    this.#launching = new AbortController();
    const { signal } = this.#launching;
    try {
      await this.#session.look(null);
      const session = await this.#session.known();
      const launched = await launch(this.#options, { message, session, before: this.#before, signal });
      await this.#reader.takeOver(launched);
      this.#before = null;
      if (launched.isHeld) this.#conversation.process?.channel.pause();
      void this.#reader.begin();
      this.#report({ type: 'process.launched' });
    } catch (error) {
      this.#reportFailure('process.failed', error);
    }
  }

  async #prepare(message: QueuedMessage): Promise<void> {
    this.#setPolicy(message);
    const { process } = this.#conversation;
    if (process === null) return;
    // The end of one that died is about to be noticed.
    if (!isAlive(process.run)) return process.channel.resume();
    const { codec, context } = this.#options;
    try {
      if (context.given?.delete(message.turnId) === true)
        return this.#report({ type: 'process.failed', failure: givenBefore(codec) });
      const isFresh = process.told === null;
      if (!isFresh && !(await this.#isFit(process))) return this.#report({ type: 'process.unfit' });
      await this.#preparer.begin(message);
    } catch (error) {
      this.#reportFailure('process.failed', error);
    }
  }

  #setPolicy({ policy }: QueuedMessage): void {
    const { chat } = this.#options;
    chat.policy = policy ?? chat.policy;
  }

  async #isFit(process: LiveProcess): Promise<boolean> {
    if (await this.#session.look(process)) return false;
    // What it does in the background would end with it.
    if (this.#conversation.standingOf(process).activity === 'working') return true;
    return isFit(process, this.#options);
  }

  async #leave(): Promise<void> {
    const { process } = this.#conversation;
    if (process === null) return;
    this.#preparer.release();
    if (this.#conversation.standingOf(process).activity === 'working') await this.#conversation.interrupt();
    const { lines = [] } = await this.#conversation.send({ type: 'leave' });
    const isResting = this.#conversation.standingOf(process).selfDirected === false;
    if (lines.length === 0 && isResting) this.#report({ type: 'process.speechless' });
  }

  async #end(process: LiveProcess | null, how: typeof terminate | typeof kill): Promise<void> {
    if (process === null) return;
    this.#preparer.release();
    await how(process.run, process.reachWith(this.#conversation.standingOf(process)));
  }

  async #settle(order: Extract<ProcessOrder, { type: 'settle' }>): Promise<void> {
    const { process } = this.#conversation;
    if (process === null) return;
    this.#preparer.forget();
    this.#reader.stop();
    this.#facts.flush(); // before its spool may be cleared away
    this.#steering.end(process.position, true);
    const [conversation, facts] = [this.#conversation, this.#facts];
    const settlement = await settle(process, { ...this.#options, ...order, conversation, facts });
    if (settlement.becomes === 'again') this.#before = process.state;
    this.#report({ type: 'process.settled', ...settlement });
  }

  /** Whoever waits for a fact gets one, whatever goes wrong. */
  #reportFailure(type: 'process.failed' | 'process.broken', err: unknown): void {
    if (this.#letGo.signal.aborted) return;
    const { context, chat, codec } = this.#options;
    context.log.warn({ err, chatId: chat.chatId, provider: codec.provider }, 'a process of an agent failed');
    this.#report({ type, failure: failureOf(err, codec.title) });
  }

  #report(fact: ExecutorFact): void {
    this.#facts.flush();
    if (!this.#letGo.signal.aborted) this.#options.report(fact);
  }
}
