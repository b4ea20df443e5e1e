import { randomUUID } from 'node:crypto';
import type { Failure } from '../../contract/chats.ts';
import type { Log } from '../../log.ts';
import { followOutput } from '../../process/follow-output.ts';
import { appendInput, measureInput } from '../../process/input.ts';
import type { Line } from '../../process/line-splitter.ts';
import type { Run } from '../../process/run.ts';
import { kill, killRemains } from '../../process/terminate.ts';
import type { AgentPool } from '../agent-pool.ts';
import type { AgentLogin } from '../login.ts';
import { Pending } from '../pending.ts';
import { Account, REFRESH } from './account.ts';
import { CodexRefusal, failureOfExit, NOT_RUNNING, OUTPUT_DAMAGED } from './failures.ts';
import { refusalLine, requestLine } from './lines.ts';
import { parseLine, type Frame, type FrameOf } from './protocol.ts';
import { isAnswerable } from './requests.ts';
import { readLines } from '../../process/spool-range.ts';

/** A chat that uses the server. */
export interface ServerMember {
  /** Something goes on in it. */
  readonly isWorking: boolean;
  /** Each line that concerns this chat has one of these in it. */
  needles(): string[];
  /** A frame was read; `offset` is behind it. The next one waits for the promise. */
  onFrame(frame: Frame, offset: number): Promise<void>;
  /** The server is gone and all it printed was handed over. */
  onServerEnded(failure: Failure): void;
}

export interface ServerOptions {
  run: Run;
  /** What it was launched with; null when that is not known. */
  configuration: string | null;
  /** Launched by an earlier engine. */
  isFound: boolean;
  findProgram: () => string | null;
  login: AgentLogin;
  log: Log;
  pool: AgentPool;
  /** Called once, when the server is gone and its members know it. */
  onGone: (server: CodexServer) => void;
}

/** One `codex app-server` that all chats share: its frames in, its frames out. */
export class CodexServer {
  readonly run: Run;
  readonly configuration: string | null;
  readonly isFound: boolean;
  readonly account: Account;
  /** On the monotonic clock, in milliseconds. */
  readonly adoptedAt = performance.now();
  /** Behind the last line that was read. */
  offset = 0;
  /** It was told to go, or is no good any more: nothing new is given to it. */
  isLeaving = false;
  /** Why it is gone, once it is. */
  failure: Failure | null = null;
  /** Settles when it is gone and its members were told, or when it was let go. */
  ended: Promise<void> = Promise.resolve();
  readonly #options: ServerOptions;
  readonly #members = new Set<ServerMember>();
  readonly #pending = new Pending((message: string) => new CodexRefusal(message));
  readonly #letGo = new AbortController();
  readonly #prefix = randomUUID().slice(0, 8);
  #starting: Promise<void> | null = null;
  /** Chats that are reading up to where the others are. */
  #joining = 0;
  #requests = 0;
  #inputEnd = 0;
  #isDamaged = false;
  #writing: Promise<void> = Promise.resolve();
  #reading: Promise<void> = Promise.resolve();

  constructor(options: ServerOptions) {
    this.run = options.run;
    this.configuration = options.configuration;
    this.isFound = options.isFound;
    this.account = new Account({ server: this, login: options.login, log: options.log });
    this.#options = options;
  }

  /** Begins to read at `from`, the beginning of a line; settles when it does, also if it did so before. */
  start(from: number): Promise<void> {
    this.#starting ??= this.#begin(from);
    return this.#starting;
  }

  async #begin(from: number): Promise<void> {
    const { size, isWholeLines } = await measureInput(this.run);
    this.#inputEnd = size;
    this.offset = from;
    this.ended = this.#follow(from);
    // A line that was cut off is no frame with its end either, and the server passes over it.
    if (!isWholeLines) await this.write('\n');
  }

  get inputEnd(): number {
    return this.#inputEnd;
  }

  get isWorking(): boolean {
    return this.#joining > 0 || [...this.#members].some((member) => member.isWorking);
  }

  /** Something goes on in a chat besides this one. */
  isShared(by: ServerMember): boolean {
    return [...this.#members].some((member) => member !== by && member.isWorking);
  }

  get isDeserted(): boolean {
    return this.#members.size === 0;
  }

  /** Hands the member everything from `from` on that concerns it; settles when it has caught up. */
  async join(member: ServerMember, from: number): Promise<void> {
    this.#joining += 1;
    this.noteWork();
    await this.#exclusively(async () => {
      await readLines(this.run, { from, to: this.offset }, async (line) => {
        const isRelevant = member.needles().some((needle) => line.bytes.includes(needle));
        if (isRelevant) await this.#handTo([member], line);
      });
      if (this.failure === null) this.#members.add(member);
      else member.onServerEnded(this.failure);
    }).finally(() => {
      this.#joining -= 1;
    });
  }

  /** The member no longer wants to be told anything. */
  leave(member: ServerMember): void {
    this.#members.delete(member);
    this.noteWork();
  }

  /** Lets go of the server without touching it. */
  letGo(): void {
    this.#letGo.abort(new Error('The server was let go.'));
    this.#options.pool.leave(this.run.id);
    this.#pending.rejectAll(new Error(NOT_RUNNING.message));
  }

  /** To be called whenever a member begins or ends to work. */
  noteWork(): void {
    if (this.isWorking) this.#options.pool.work(this.run.id);
    else this.#options.pool.rest(this.run.id);
  }

  /** Asks the server; rejects with what it says when it refuses, or when it ends. */
  request(method: string, params: object): Promise<Record<string, unknown>> {
    if (this.failure !== null) return Promise.reject(new Error(this.failure.message));
    this.#requests += 1;
    const id = `${this.#prefix}-${this.#requests}`;
    const answer = this.#pending.add(id);
    this.write(requestLine(id, method, params)).catch((error: unknown) => this.#pending.reject(id, error));
    return answer;
  }

  /** Waits for the answer to a request that was written under `id`. */
  answerTo(id: string): Promise<Record<string, unknown>> {
    return this.#pending.add(id);
  }

  /** Writes whole lines. */
  write(lines: string | Buffer): Promise<void> {
    const bytes = Buffer.from(lines);
    const done = this.#writing.then(async () => {
      await appendInput(this.run, { bytes, offset: this.#inputEnd, signal: this.#letGo.signal });
      this.#inputEnd += bytes.length;
    });
    this.#writing = done.catch(() => {});
    return done;
  }

  async #follow(from: number): Promise<void> {
    const { log } = this.#options;
    const { signal } = this.#letGo;
    try {
      const end = await followOutput(this.run, {
        from,
        signal,
        onLine: (line) => this.#exclusively(() => this.#read(line)),
        onShortage: (isShort) => log.warn({ runId: this.run.id, isShort }, 'disk space for agent output'),
      });
      if (end.isOver) await this.#conclude(end.exitCode);
    } catch (error) {
      log.error({ err: error, runId: this.run.id }, 'the output of an agent cannot be followed');
      await this.#giveUp();
      await this.#conclude(null);
    }
  }

  async #read(line: Line): Promise<void> {
    this.offset = line.end;
    if (!this.#isDamaged) await this.#handTo([...this.#members], line, (frame) => this.#answer(frame));
  }

  async #handTo(members: ServerMember[], { bytes, end }: Line, also?: (frame: Frame) => void): Promise<void> {
    const parsed = parseLine(bytes.toString('utf8'));
    if (parsed.kind === 'damaged') return this.#giveUp();
    if (parsed.kind === 'noise') return;
    also?.(parsed.frame);
    for (const member of members) await member.onFrame(parsed.frame, end);
  }

  #answer(frame: Frame): void {
    if (frame.kind === 'response') this.#pending.settle(frame);
    if (frame.kind !== 'request' || isAnswerable(frame)) return;
    if (frame.method === REFRESH) void this.account.answer(frame);
    else this.refuse(frame);
  }

  /** The server waits for an answer to everything it asks. */
  refuse({ id, method }: FrameOf<'request'>): void {
    this.write(refusalLine(id, method)).catch((error: unknown) => {
      this.#options.log.debug({ err: error, runId: this.run.id }, 'a line was not written');
    });
  }

  async #giveUp(): Promise<void> {
    this.#isDamaged = true;
    this.isLeaving = true;
    this.#options.log.warn({ runId: this.run.id, offset: this.offset }, OUTPUT_DAMAGED.message);
    await kill(this.run, { toolsOpenedSince: null });
  }

  async #conclude(exitCode: number | null): Promise<void> {
    const { findProgram, pool, onGone } = this.#options;
    await killRemains(this.run);
    const failure = this.#isDamaged
      ? OUTPUT_DAMAGED
      : await failureOfExit(this.run, { exitCode, program: findProgram() });
    await this.#exclusively(async () => {
      this.failure = failure;
      pool.leave(this.run.id);
      this.#pending.rejectAll(new Error(failure.message));
      for (const member of this.#members) member.onServerEnded(failure);
      return Promise.resolve(this.#members.clear());
    });
    onGone(this);
  }

  /** Frames are handed over one after the other, also to those who catch up. */
  #exclusively(task: () => Promise<void>): Promise<void> {
    const done = this.#reading.then(task);
    this.#reading = done.catch(() => {});
    return done;
  }
}
