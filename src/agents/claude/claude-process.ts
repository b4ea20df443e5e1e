import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Position } from '../../contract/records.ts';
import type { Log } from '../../log.ts';
import type { FollowEnd } from '../../process/follow-bytes.ts';
import { followOutput } from '../../process/follow-output.ts';
import { appendInput, measureInput } from '../../process/input.ts';
import type { Line } from '../../process/line-splitter.ts';
import type { Run } from '../../process/run.ts';
import { freeInput, freeOutput } from '../../process/spool.ts';
import type { Effort } from './effort.ts';
import { parseLine } from './protocol.ts';
import type { ClaudeState } from './state.ts';
import { translate, type Translation } from './translate.ts';

/** Settings as this process has them; left out while unknown. */
export interface Settings {
  model?: string | null;
  effort?: Effort;
}

export interface ProcessListener {
  /** A line was read; `offset` is behind it. The next one waits for the promise. */
  onTranslated(translation: Translation, offset: number): Promise<void>;
  onPartial(event: AgentEvent): void;
  /** A message was cut: nothing more that this process prints is read. */
  onDamaged(): void;
  /** The process is gone and all it printed was handed over. */
  onEnded(exitCode: number | null): Promise<void>;
}

export interface FollowRange {
  from: number;
  /** Lines up to here are known already: they change the state and are not handed over. */
  silentUntil: number;
}

export interface ProcessOptions {
  run: Run;
  state: ClaudeState;
  settings: Settings;
  /** What it was launched with; null when that is not known. */
  configuration: string | null;
  listener: ProcessListener;
  now: () => Date;
  log: Log;
  /** Lets go of the process without touching it. */
  signal: AbortSignal;
}

/** One living (or just ended) Claude Code process: its lines in, its lines out. */
export class ClaudeProcess {
  readonly run: Run;
  readonly configuration: string | null;
  state: ClaudeState;
  settings: Settings;
  /** Behind the last line that was read. */
  offset = 0;
  /** It was told to go, or is no good any more: nothing new is given to it. */
  isLeaving = false;
  /** It was ended so that another carries its turn on; with the next of the logins that there are, or with the same. */
  replaced: { isNextLogin: boolean } | null = null;
  /** Settles when the lines that were known already have been read. */
  readonly caughtUp: Promise<void>;
  /** Settles when the process is gone and its end was dealt with, or when it was let go. */
  ended: Promise<void> = Promise.resolve();
  readonly #options: ProcessOptions;
  #markCaughtUp = () => {};
  #isDamaged = false;
  #inputEnd = 0;
  #freeUpTo = { input: 0, output: 0 };
  #writing: Promise<void> = Promise.resolve();
  #gate: { isOpen: Promise<void>; open: () => void } | null = null;

  constructor(options: ProcessOptions) {
    this.run = options.run;
    this.state = options.state;
    this.settings = options.settings;
    this.configuration = options.configuration;
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
    this.#inputEnd = (await measureInput(this.run)).size;
    this.offset = range.from;
    this.ended = this.#follow(range);
  }

  /** Writes whole lines; they wait while a place in the input is reserved. */
  write(lines: string): Promise<void> {
    const gate = this.#gate?.isOpen;
    return this.#enqueue(async () => {
      await gate;
      await this.#append(Buffer.from(lines), this.#inputEnd);
    });
  }

  /** Keeps the end of the input for a delivery; tells where it is. */
  async reserveInput(): Promise<number> {
    if (this.#gate === null) {
      let open = () => {};
      const isOpen = new Promise<void>((resolve) => {
        open = resolve;
      });
      this.#gate = { isOpen, open };
    }
    await this.#writing;
    return this.#inputEnd;
  }

  /** Gives the reserved place back, used or not. */
  releaseInput(): void {
    this.#gate?.open();
    this.#gate = null;
  }

  /** Writes at the reserved place, which stays reserved. */
  writeReserved(bytes: Buffer, offset: number): Promise<void> {
    return this.#append(bytes, offset);
  }

  /** Gives back the disk space of input and output that nobody will read again. */
  async free(before: { input: number; output: number }): Promise<void> {
    const { input, output } = this.#freeUpTo;
    this.#freeUpTo = {
      input: await freeInput(this.run, { from: input, before: before.input }),
      output: await freeOutput(this.run, { from: output, before: before.output }),
    };
  }

  #enqueue(task: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(task);
    this.#writing = done.catch(() => {});
    return done;
  }

  async #append(bytes: Buffer, offset: number): Promise<void> {
    await appendInput(this.run, { bytes, offset, signal: this.#options.signal });
    this.#inputEnd = offset + bytes.length;
  }

  async #follow(range: FollowRange): Promise<void> {
    const { listener, log } = this.#options;
    try {
      const end = await this.#readAll(range);
      if (end.isOver) await listener.onEnded(end.exitCode);
    } catch (error) {
      log.error({ err: error, runId: this.run.id }, 'the output of an agent cannot be followed');
      this.isLeaving = true;
      listener.onDamaged();
      await listener.onEnded(null);
    }
  }

  async #readAll({ from, silentUntil }: FollowRange): Promise<FollowEnd> {
    const { signal, log } = this.#options;
    const end = await followOutput(this.run, {
      from,
      signal,
      onLine: (line) => this.#read(line, silentUntil),
      onCaughtUp: this.#markCaughtUp,
      onShortage: (isShort) => log.warn({ runId: this.run.id, isShort }, 'disk space for agent output'),
    });
    this.#markCaughtUp();
    return end;
  }

  async #read({ bytes, end }: Line, silentUntil: number): Promise<void> {
    const { listener, now, log } = this.#options;
    if (end > silentUntil) this.#markCaughtUp();
    const parsed = this.#isDamaged ? null : parseLine(bytes.toString('utf8'));
    this.offset = end;
    if (parsed?.kind === 'damaged') {
      this.#isDamaged = true;
      this.isLeaving = true;
      return listener.onDamaged();
    }
    if (parsed?.kind === 'noise') log.debug({ runId: this.run.id, end }, 'a line of the agent is no message');
    if (parsed?.kind !== 'message') return;
    const translation = translate(this.state, parsed.line, now());
    this.state = translation.state;
    if (end <= silentUntil) return;
    if (translation.partial !== undefined) return listener.onPartial(translation.partial);
    await listener.onTranslated(translation, end);
  }
}
