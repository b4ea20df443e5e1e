import { randomUUID } from 'node:crypto';
import type { Failure } from '../../contract/chats.ts';
import type { Position } from '../../contract/records.ts';
import type { Log } from '../../log.ts';
import { followOutput } from '../../process/follow-output.ts';
import { appendInput, measureInput } from '../../process/input.ts';
import type { Line } from '../../process/line-splitter.ts';
import { identify } from '../../process/identify.ts';
import type { Run } from '../../process/run.ts';
import { kill, killRemains } from '../../process/terminate.ts';
import type { AgentLogin } from '../login.ts';
import { Pending } from '../pending.ts';
import { Account, REFRESH } from './account.ts';
import { CodexFailure, CodexRefusal, failureOfExit, NOT_RUNNING, OUTPUT_DAMAGED } from './failures.ts';
import { INITIALIZE_ID, refusalLine, requestLine } from './lines.ts';
import { parseLine, type Frame, type FrameOf } from './protocol.ts';
import { isAnswerable } from './requests.ts';

export interface ProcessListener {
  /** A frame was read; `offset` is behind it. The next one waits for the promise. */
  onFrame(frame: Frame, offset: number): Promise<void>;
  /** The process is gone and all it printed was handed over. */
  onEnded(failure: Failure): Promise<void>;
}

export interface ProcessOptions {
  run: Run;
  /** What it was launched with; null when that is not known. */
  configuration: string | null;
  /** Launched by an earlier engine. */
  isFound: boolean;
  findProgram: () => string | null;
  listener: ProcessListener;
  login: AgentLogin;
  log: Log;
}

/** The `codex app-server` of one chat: its frames in, its frames out. */
export class CodexProcess {
  readonly run: Run;
  readonly configuration: string | null;
  readonly isFound: boolean;
  readonly account: Account;
  /** Behind the last line that was read. */
  offset = 0;
  inputEnd = 0;
  /** It was told to go, or is no good any more: nothing new is given to it. */
  isLeaving = false;
  /** Settles when it has answered the greeting; rejects when it ends before. */
  readonly greeted: Promise<unknown>;
  /** Settles when it is gone and its end was dealt with, or when it was let go. */
  ended: Promise<void> = Promise.resolve();
  readonly #options: ProcessOptions;
  readonly #pending = new Pending((message: string) => new CodexRefusal(message));
  readonly #letGo = new AbortController();
  readonly #prefix = randomUUID().slice(0, 8);
  #requests = 0;
  #failure: Failure | null = null;
  #isDamaged = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: ProcessOptions) {
    this.run = options.run;
    this.configuration = options.configuration;
    this.isFound = options.isFound;
    this.account = new Account({ server: this, login: options.login, log: options.log });
    this.#options = options;
    this.greeted = this.#pending.add(INITIALIZE_ID);
    this.greeted.catch(() => {}); // one that was found was greeted before
  }

  /** Up to where the output was read. */
  get position(): Position {
    return { runId: this.run.id, offset: this.offset };
  }

  /** It lives, and not only the shell around it; that it is gone may not have been noticed yet. */
  get isAlive(): boolean {
    const status = identify(this.run);
    return status.state === 'running' && status.pid !== null;
  }

  /** Begins to read at `from`, the beginning of a line; to be called once. */
  async start(from: number): Promise<void> {
    const { size, isWholeLines } = await measureInput(this.run);
    this.inputEnd = size;
    this.offset = from;
    this.ended = this.#follow(from);
    // A line that was cut off is no frame with its end either, and the server passes over it.
    if (!isWholeLines) await this.write('\n');
  }

  /** Lets go of the process without touching it. */
  letGo(): void {
    this.#letGo.abort(new Error('The process was let go.'));
    this.account.close();
    this.#pending.rejectAll(new Error(NOT_RUNNING.message));
  }

  /** Asks the server; rejects with what it says when it refuses, or when it ends. */
  request(method: string, params: object): Promise<Record<string, unknown>> {
    if (this.#failure !== null) return Promise.reject(new Error(this.#failure.message));
    this.#requests += 1;
    const id = `${this.#prefix}-${this.#requests}`;
    const answer = this.#pending.add(id);
    this.write(requestLine(id, method, params)).catch((error: unknown) => this.#pending.reject(id, error));
    return answer;
  }

  /** Writes whole lines. */
  write(lines: string | Buffer): Promise<void> {
    const bytes = Buffer.from(lines);
    const done = this.#writing.then(async () => {
      await appendInput(this.run, { bytes, offset: this.inputEnd, signal: this.#letGo.signal });
      this.inputEnd += bytes.length;
    });
    this.#writing = done.catch(() => {});
    return done;
  }

  /** The server waits for an answer to everything it asks. */
  refuse({ id, method }: FrameOf<'request'>): void {
    this.write(refusalLine(id, method)).catch((error: unknown) => {
      this.#options.log.debug({ err: error, runId: this.run.id }, 'a line was not written');
    });
  }

  async #follow(from: number): Promise<void> {
    const { log } = this.#options;
    try {
      const end = await followOutput(this.run, {
        from,
        signal: this.#letGo.signal,
        onLine: (line) => this.#read(line),
        onShortage: (isShort) => log.warn({ runId: this.run.id, isShort }, 'disk space for agent output'),
      });
      if (end.isOver) await this.#conclude(end.exitCode);
    } catch (error) {
      log.error({ err: error, runId: this.run.id }, 'the output of an agent cannot be followed');
      await this.#giveUp();
      await this.#conclude(null);
    }
  }

  async #read({ bytes, end }: Line): Promise<void> {
    if (this.#isDamaged) return;
    this.offset = end;
    const parsed = parseLine(bytes.toString('utf8'));
    if (parsed.kind === 'damaged') return this.#giveUp();
    if (parsed.kind === 'noise') return;
    this.#answer(parsed.frame);
    await this.#options.listener.onFrame(parsed.frame, end);
  }

  #answer(frame: Frame): void {
    if (frame.kind === 'response') this.#pending.settle(frame);
    if (frame.kind !== 'request' || isAnswerable(frame)) return;
    if (frame.method === REFRESH) void this.account.answer(frame);
    else this.refuse(frame);
  }

  async #giveUp(): Promise<void> {
    this.#isDamaged = true;
    this.isLeaving = true;
    this.#options.log.warn({ runId: this.run.id, offset: this.offset }, OUTPUT_DAMAGED.message);
    await kill(this.run, { toolsOpenedSince: null });
  }

  async #conclude(exitCode: number | null): Promise<void> {
    const { findProgram, listener } = this.#options;
    await killRemains(this.run);
    const failure = this.#isDamaged
      ? OUTPUT_DAMAGED
      : await failureOfExit(this.run, { exitCode, program: findProgram() });
    this.#failure = failure;
    this.account.close();
    this.#pending.rejectAll(new CodexFailure(failure));
    await listener.onEnded(failure);
  }
}
