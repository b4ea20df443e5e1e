/** The lines of one process: its output read from the spool, its input written to the stdin file. */
import type { Log } from '../../log.ts';
import type { FollowEnd } from '../../processes/follow-bytes.ts';
import { followOutput } from '../../processes/follow-output.ts';
import { appendInput, measureInput } from '../../processes/input.ts';
import type { Line } from '../../processes/line-splitter.ts';
import { filesOf, type Run } from '../../processes/run.ts';
import { freeSpace } from '../../processes/spool.ts';
import { createDeferred, type Deferred } from '../../storage/deferred.ts';

export interface ChannelOptions {
  run: Run;
  log: Log;
  /** Lets go of the process without touching it. */
  signal: AbortSignal;
}

export interface Reading {
  from: number;
  /** The next line waits for the promise. */
  onLine: (text: string) => Promise<void>;
  /** Everything that was printed so far has been read. */
  onCaughtUp: () => void;
}

export class Channel {
  /** Behind the last line that was read. */
  offset = 0;
  inputEnd = 0;
  readonly #options: ChannelOptions;
  readonly #freed = { input: 0, output: 0 };
  #writing: Promise<void> = Promise.resolve();
  #paused: Deferred<void> | null = null;

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  /** To be called before anything is written; whether the input ends with a whole line. */
  async open(): Promise<boolean> {
    const { size, isWholeLines } = await measureInput(this.#options.run);
    this.inputEnd = size;
    return isWholeLines;
  }

  read({ from, onLine, onCaughtUp }: Reading): Promise<FollowEnd> {
    const { run, log, signal } = this.#options;
    this.offset = from;
    const take = async ({ bytes, end }: Line) => {
      await this.#paused?.promise;
      if (signal.aborted) return;
      this.offset = end;
      await onLine(bytes.toString('utf8'));
    };
    const onShortage = (isShort: boolean) =>
      log.warn({ runId: run.id, isShort }, 'disk space for agent output');
    return followOutput(run, { from, signal, onLine: take, onCaughtUp, onShortage });
  }

  /** Writes whole lines, behind those that were written before. */
  write(lines: string | Buffer): Promise<void> {
    const { run, signal } = this.#options;
    const bytes = Buffer.from(lines);
    const done = this.#writing.then(async () => {
      await appendInput(run, { bytes, offset: this.inputEnd, signal });
      this.inputEnd += bytes.length;
    });
    this.#writing = done.catch(() => {});
    return done;
  }

  written(): Promise<void> {
    return this.#writing;
  }

  /** No line is read any more until `resume`: what comes now belongs to a message that is yet to be delivered. */
  pause(): void {
    this.#paused ??= createDeferred();
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = null;
  }

  /** Gives back the disk space of input and output that nobody will read again. */
  async free(before: { input: number; output: number }): Promise<void> {
    const { stdin, stdout } = filesOf(this.#options.run);
    this.#freed.input = await freeSpace(stdin, { from: this.#freed.input, before: before.input });
    this.#freed.output = await freeSpace(stdout, { from: this.#freed.output, before: before.output });
  }
}
