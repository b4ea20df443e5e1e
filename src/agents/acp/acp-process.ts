import { randomUUID } from 'node:crypto';
import type { Failure } from '../../contract/chats.ts';
import type { Position } from '../../contract/records.ts';
import type { Log } from '../../log.ts';
import { followOutput } from '../../process/follow-output.ts';
import { appendInput, measureInput } from '../../process/input.ts';
import type { Line } from '../../process/line-splitter.ts';
import type { Run } from '../../process/run.ts';
import { kill } from '../../process/terminate.ts';
import { Pending } from '../pending.ts';
import {
  AcpFailure,
  AcpRefusal,
  failureOfExit,
  notRunning,
  outputDamaged,
  type AgentName,
} from './failures.ts';
import { requestLine, type AgentParams } from './lines.ts';
import type { OptionName } from './options.ts';
import { parseLine, type Refusal } from './protocol.ts';
import type { AcpState } from './state.ts';
import { translate, type Translation } from './translate.ts';

export interface ProcessListener {
  /** A line was read; `position` is behind it. The next one waits for the promise. */
  onTranslated(translation: Translation, position: Position): Promise<void>;
  /** The process is gone and all it printed was handed over. */
  onEnded(failure: Failure): Promise<void>;
}

export interface FollowRange {
  from: number;
  /** Lines up to here are known already: they change the state and are not handed over. */
  silentUntil: number;
  /** Clock time in milliseconds: tools of an earlier engine were opened after it. */
  openedSince?: number;
}

export interface ProcessOptions {
  run: Run;
  name: AgentName;
  state: AcpState;
  /** What it was launched with; null when that is not known. */
  configuration: string | null;
  /** Questions of the agent that an earlier engine answered. */
  answered?: ReadonlySet<string>;
  listener: ProcessListener;
  now: () => Date;
  log: Log;
  /** Lets go of the process without touching it. */
  signal: AbortSignal;
}

/** One living (or just ended) process of an ACP agent: its frames in, its frames out. */
export class AcpProcess {
  readonly run: Run;
  readonly configuration: string | null;
  readonly answered: ReadonlySet<string>;
  state: AcpState;
  /** What was last asked for, and what the agent calls it. An option that is not in here has an unknown value. */
  readonly chosen = new Map<OptionName, { wanted: string; current: string }>();
  /** Behind the last line that was read. */
  offset = 0;
  inputEnd = 0;
  /** It was told to go, or is no good any more: nothing new is given to it. */
  isLeaving = false;
  /** A message was prepared for it: the next engine will know of it. */
  isKnown = false;
  /** Settles when everything that was printed before has been read. */
  readonly caughtUp: Promise<void>;
  /** Settles when the process is gone and its end was dealt with, or when it was let go. */
  ended: Promise<void> = Promise.resolve();
  readonly #options: ProcessOptions;
  readonly #pending = new Pending((refusal: Refusal) => new AcpRefusal(refusal));
  readonly #prefix = randomUUID().slice(0, 8);
  #requests = 0;
  #markCaughtUp = () => {};
  #isCaughtUp = false;
  #isDamaged = false;
  #writing: Promise<void> = Promise.resolve();
  #reading: Promise<void> = Promise.resolve();
  #gate: { isOpen: Promise<void>; open: () => void } | null = null;

  constructor(options: ProcessOptions) {
    this.run = options.run;
    this.state = options.state;
    this.configuration = options.configuration;
    this.answered = options.answered ?? new Set();
    this.#options = options;
    this.caughtUp = new Promise((resolve) => {
      this.#markCaughtUp = resolve;
    });
  }

  /** Up to where the output was read. */
  get position(): Position {
    return { runId: this.run.id, offset: this.offset };
  }

  /** Begins to read; to be called once. */
  async start(range: FollowRange): Promise<void> {
    this.inputEnd = (await measureInput(this.run)).size;
    this.offset = range.from;
    this.ended = this.#follow(range);
  }

  /** Asks the agent; rejects with what it says when it refuses, or when it ends. */
  request<Method extends keyof AgentParams>(
    method: Method,
    params: AgentParams[Method],
    id = this.nextId(),
  ): Promise<Record<string, unknown>> {
    return this.ask(id, requestLine(id, method, params));
  }

  /** Writes a line and waits for the answer to it. */
  ask(id: string, line: string): Promise<Record<string, unknown>> {
    const answer = this.answerTo(id);
    this.write(line).catch((error: unknown) => this.#pending.reject(id, error));
    return answer;
  }

  /** Waits for the answer to a request that was written under `id`. */
  answerTo(id: string): Promise<Record<string, unknown>> {
    return this.#pending.add(id);
  }

  /** An id that no other request has, in whatever engine. */
  nextId(): string {
    this.#requests += 1;
    return `${this.#prefix}-${this.#requests}`;
  }

  /** Writes whole lines. */
  write(lines: string | Buffer): Promise<void> {
    const bytes = Buffer.from(lines);
    const done = this.#writing.then(async () => {
      await appendInput(this.run, { bytes, offset: this.inputEnd, signal: this.#options.signal });
      this.inputEnd += bytes.length;
    });
    this.#writing = done.catch(() => {});
    return done;
  }

  /** Reads on only when released: what comes now belongs to a message that is yet to be delivered. */
  async hold(): Promise<void> {
    if (this.#gate === null) {
      let open = () => {};
      const isOpen = new Promise<void>((resolve) => {
        open = resolve;
      });
      this.#gate = { isOpen, open };
    }
    await this.#reading;
    await this.#writing;
  }

  release(): void {
    this.#gate?.open();
    this.#gate = null;
  }

  /** Nobody waits for its answers any more. */
  letGo(): void {
    this.release();
    this.#pending.rejectAll(new AcpFailure(notRunning(this.#options.name)));
  }

  async #follow(range: FollowRange): Promise<void> {
    const { listener, log, signal } = this.#options;
    try {
      const end = await followOutput(this.run, {
        from: range.from,
        signal,
        onLine: (line) => this.#take(line, range),
        onCaughtUp: () => this.#onCaughtUp(),
        onShortage: (isShort) => log.warn({ runId: this.run.id, isShort }, 'disk space for agent output'),
      });
      this.#onCaughtUp();
      if (end.isOver) await listener.onEnded(await this.#conclude(end.exitCode));
    } catch (error) {
      log.error({ err: error, runId: this.run.id }, 'the output of an agent cannot be followed');
      await this.#giveUp();
      await listener.onEnded(await this.#conclude(null));
    }
  }

  async #take(line: Line, range: FollowRange): Promise<void> {
    while (this.#gate !== null) await this.#gate.isOpen;
    this.#reading = this.#read(line, range);
    await this.#reading;
  }

  async #read({ bytes, end }: Line, { silentUntil, openedSince }: FollowRange): Promise<void> {
    if (this.#isDamaged) return;
    const { listener, now, log } = this.#options;
    const parsed = parseLine(bytes.toString('utf8'));
    this.offset = end;
    if (parsed.kind === 'damaged') return this.#giveUp();
    if (parsed.kind === 'noise') log.debug({ runId: this.run.id, end }, 'a line of the agent is no frame');
    if (parsed.kind === 'noise') return;
    const time = now();
    const openedAt = this.#isCaughtUp ? time.getTime() : (openedSince ?? time.getTime());
    const translation = translate(this.state, parsed.frame, { now: time, openedAt });
    this.state = translation.state;
    if (parsed.frame.kind === 'response') this.#pending.settle(parsed.frame);
    if (end > silentUntil) await listener.onTranslated(translation, this.position);
  }

  #onCaughtUp(): void {
    this.#isCaughtUp = true;
    this.#markCaughtUp();
  }

  async #giveUp(): Promise<void> {
    this.#isDamaged = true;
    this.isLeaving = true;
    this.#options.log.warn({ runId: this.run.id, offset: this.offset }, 'the output of an agent is damaged');
    await kill(this.run, { toolsOpenedSince: null });
  }

  async #conclude(exitCode: number | null): Promise<Failure> {
    const { name } = this.#options;
    this.isLeaving = true;
    const failure = this.#isDamaged ? outputDamaged(name) : await failureOfExit(this.run, name, exitCode);
    this.#pending.rejectAll(new AcpFailure(failure));
    return failure;
  }
}
