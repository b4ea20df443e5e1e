/** What passes between a chat and the process of its agent: each step of the codec is carried out and told, in order. */
import type { ProcessFact } from '../../../machines/agent-process.events.ts';
import type { AgentCommand } from '../../contract/facts.ts';
import type { Position } from '../../contract/records.ts';
import type { TaskRecord } from '../../contract/tasks.ts';
import { killTools, type Reach } from '../../processes/terminate.ts';
import { replaceFile } from '../../storage/replace-file.ts';
import type { LoginNow, ProtocolCommand } from '../codec.ts';
import { timed, type Facts } from '../facts.ts';
import { nativeIdOf, requestIdOf, runIdOf } from '../json-rpc.ts';
import type { OpenQuestions } from '../open-questions.ts';
import { planPath } from '../plan-path.ts';
import type { Ask, KeptPlan, Moment, Standing, Step } from '../step.ts';
import { isLoginOutdated, type LauncherOptions } from './launcher.ts';
import { readOutput, type TaskTail } from '../tasks.ts';
import type { LiveProcess } from './live-process.ts';
import type { Steering } from './steering.ts';

export interface ConversationOptions extends LauncherOptions {
  facts: Facts;
  questions: OpenQuestions;
  steering: Steering;
  report: (fact: ProcessFact) => void;
  /** What nobody waits for failed. */
  onBroken: (error: unknown) => void;
}

export class Conversation {
  process: LiveProcess | null = null;
  readonly #options: ConversationOptions;
  #silence: NodeJS.Timeout | undefined;

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  standingOf(process: LiveProcess): Standing {
    const { codec, chat } = this.#options;
    const { state, isInterrupted } = process;
    return codec.decide(state, { policy: chat.policy, isInterrupted });
  }

  /** Where the process stands now; null while there is none. */
  standing(): { standing: Standing; position: Position } | null {
    const { process } = this;
    return process && { standing: this.standingOf(process), position: process.position };
  }

  momentOf({ run }: LiveProcess, openedAt: number | null = null): Moment {
    const { policy } = this.#options.chat;
    const now = new Date();
    return { now, runId: run.id, policy, openedAt: openedAt ?? now.getTime() };
  }

  /** What a task printed, as far as anybody knows. */
  outputOf(task: TaskRecord): TaskTail | null {
    const { codec, chat } = this.#options;
    const given = { chatId: chat.chatId, state: this.process?.state ?? null };
    return readOutput(codec.taskOutput?.(task, given) ?? null);
  }

  async send(command: ProtocolCommand): Promise<Pick<Step, 'lines'>> {
    const { process } = this;
    if (process === null) return {};
    const step = this.#options.codec.lines(process.state, command, this.momentOf(process));
    await this.take(process, step);
    return step;
  }

  /** The same, where nobody waits for it. */
  tell(command: ProtocolCommand): void {
    this.send(command).catch(this.#options.onBroken);
  }

  /** Carries a step out, and tells what came of it. */
  async take(process: LiveProcess, step: Step): Promise<void> {
    process.state = step.state;
    for (const line of step.lines ?? []) this.write(process, line);
    if (step.plan !== undefined) await this.#keepPlan(step.plan);
    const isOver = step.end !== undefined || hasRested(process, this.standingOf(process));
    if (isOver) await this.#endTools(process);
    if (process !== this.process) return;
    const standing = this.standingOf(process);
    process.noteTools(standing);
    if (standing.activity !== 'unknown')
      this.#options.questions.keepOnly(this.#idsIn(process, standing), process.position);
    for (const steered of step.steered ?? []) this.#options.steering.settle(steered, process.position);
    this.#tell(process, step, standing);
    if (step.end === undefined) this.#options.steering.flush(standing, process.position);
    for (const ask of standing.asks) this.#decide(process, ask);
    this.#compare(process, step, standing);
    this.#awaitSilence(process, standing);
    if (step.isLoginRefused === true) this.#reportLogin(process).catch(this.#options.onBroken);
  }

  /** Asks the agent to end its turn, or what it does by itself; what runs in its background goes on. */
  async interrupt(): Promise<void> {
    const { facts, report } = this.#options;
    const { process } = this;
    if (process === null) return;
    const standing = this.standingOf(process);
    if (process.given === null && standing.selfDirected === false) {
      facts.rested(process.position);
      return report({ type: 'turn.ended' });
    }
    process.beginInterrupt(standing);
    await this.send({ type: 'interrupt' });
  }

  /** Gives an answer to the agent, if the process that asked still lives. */
  async answer(command: Extract<AgentCommand, { type: 'agent.answer' }>): Promise<void> {
    const { process } = this;
    if (process === null || runIdOf(command.request) !== process.run.id) return;
    const id = nativeIdOf(command.request);
    this.settle(process, [id]);
    await this.send({ ...command, type: 'answer', id });
  }

  /** What is answered is not answered again. */
  settle(process: LiveProcess, ids: Iterable<Ask['id']>): void {
    const { codec, questions } = this.#options;
    for (const id of ids) {
      questions.settle(requestIdOf(process.run.id, id));
      process.state = codec.lines(process.state, { type: 'settled', id }, this.momentOf(process)).state;
    }
  }

  write(process: LiveProcess, line: string): void {
    process.channel.write(line).catch((error: unknown) => {
      this.#options.context.log.debug({ err: error, runId: process.run.id }, 'a line was not written');
    });
  }

  /** Nothing of the process is awaited any more, nor asked. */
  end(): void {
    const { process } = this;
    this.letGo();
    if (process !== null) this.#options.questions.keepOnly(new Set(), process.position);
  }

  letGo(): void {
    clearTimeout(this.#silence);
    this.process = null;
  }

  killTools({ run }: LiveProcess, reach: Reach): Promise<void> {
    return (this.#options.codec.killTools ?? killTools)(run, reach);
  }

  async #endTools(process: LiveProcess): Promise<void> {
    process.noteTools(this.standingOf(process));
    if (process.reach.toolsOpenedSince !== null) await this.killTools(process, process.reach);
  }

  #tell(process: LiveProcess, step: Step, standing: Standing): void {
    const { context, chat, facts } = this.#options;
    const { said = [], partial, spent, end, progress, isStirring } = step;
    const { messageId, position } = process;
    const events = timed([...process.noticeIf(said.length > 0 || end !== undefined, standing), ...said]);
    if (end !== undefined) {
      this.#options.steering.end(position, end.outcome === 'lost');
      process.given = null;
      process.endInterrupt();
    }
    facts.said({ messageId, events, position, standing, spent, end, progress });
    for (const event of timed(partial === undefined ? [] : [partial]))
      facts.show(() => context.reportPartial(chat.chatId, messageId, event));
    if (partial !== undefined || isStirring === true) facts.stirred();
  }

  #decide(process: LiveProcess, ask: Ask): void {
    const { questions } = this.#options;
    const id = requestIdOf(process.run.id, ask.id);
    if (questions.isDealtWith(id)) return;
    if (ask.kind === 'ask') return questions.ask(id, { asking: ask.asking, position: process.position });
    this.write(process, ask.line);
    this.settle(process, [ask.id]);
  }

  /** Only what changes is told to the machine. */
  #compare(process: LiveProcess, step: Step, standing: Standing): void {
    const { report } = this.#options;
    const { told } = process;
    process.told = standing;
    if (step.isPong === true) report({ type: 'process.answered' });
    const isRest = hasRested({ told }, standing);
    if (isRest) process.endInterrupt();
    if (step.end !== undefined || isRest) report({ type: 'turn.ended' });
    if (step.isReplaced === true) report({ type: 'process.replaced' });
    if (standing.activity === told?.activity) return;
    if (standing.activity === 'resting') report({ type: 'process.rested' });
    if (standing.activity === 'working') report({ type: 'process.worked' });
  }

  #awaitSilence(process: LiveProcess, { waitsMs }: Standing): void {
    clearTimeout(this.#silence);
    if (waitsMs === undefined) return;
    const elapsed = () => this.tell({ type: 'elapsed' });
    this.#silence = setTimeout(() => process === this.process && elapsed(), waitsMs).unref();
  }

  async #reportLogin(process: LiveProcess): Promise<void> {
    const { context, codec, chat } = this.#options;
    const isOutdated = () => isLoginOutdated(process.found.configuration, { codec, context, chat });
    const outcome = await context.login
      .rejected({ hasEnvironment: !(await isOutdated()) })
      .catch((error: unknown) => {
        context.log.error({ err: error }, 'a rejected login could not be renewed');
        return 'refused' as const;
      });
    const command = { type: 'login' as const, outcome, isOutdated: await isOutdated() };
    if (process === this.process) await this.send({ ...command, login: this.#loginNow });
  }

  /** Tells the process which login is in use now. */
  sayLogin(): void {
    this.tell({ type: 'loginChanged', login: this.#loginNow });
  }

  get #loginNow(): LoginNow {
    const { login } = this.#options.context;
    return { environment: login.environment(), tokens: login.tokens() };
  }

  async #keepPlan(plan: KeptPlan): Promise<void> {
    const { context, chat } = this.#options;
    try {
      await replaceFile(planPath(context.paths, plan.file), plan.text);
    } catch (error) {
      context.log.warn({ err: error, chatId: chat.chatId, file: plan.file }, 'a plan was not kept as a file');
    }
  }

  #idsIn({ run }: LiveProcess, { asks }: Standing): ReadonlySet<string> {
    return new Set(asks.map(({ id }) => requestIdOf(run.id, id)));
  }
}

/** What it did by itself is over. */
function hasRested({ told }: { told: Standing | null }, { selfDirected }: Standing): boolean {
  return told?.selfDirected === true && selfDirected === false;
}
