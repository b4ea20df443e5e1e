import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HookFact, HookProcessCommand } from '../../machines/hook.events.ts';
import { currentIndex, currentStep } from '../../machines/hook.record.ts';
import type { HookRecord, HookStep } from '../contract/hook-records.ts';
import { reasonOf } from '../contract/reason-of.ts';
import { followBytes } from '../processes/follow-bytes.ts';
import { elapsedOf, fence, identify } from '../processes/identify.ts';
import { launch } from '../processes/launch.ts';
import { createRun, filesOf, type Run } from '../processes/run.ts';
import { freeSpace } from '../processes/spool.ts';
import { readStderrTail } from '../processes/read-tail.ts';
import { endFamily } from '../processes/terminate.ts';
import { readIfFile } from '../storage/read-if-file.ts';
import type { HookLog } from './hook-log.ts';
import { parseResults, toProgram } from './hook-script.ts';
import type { OutputBounds } from './output-bounds.ts';
import { durationOnDisk, firstLine, outcomeOf } from './hook-script.ts';
import { createThrottle } from './throttle.ts';

export interface HookProcessOptions {
  /** Folder below which each process has one of its own. */
  folder: string;
  /** The whole environment of the commands. */
  env: Readonly<Record<string, string>>;
  log: HookLog;
  /** For what it left running: the process itself will print no more. */
  bounds?: Pick<OutputBounds, 'hold'>;
  /** Settles when everything that was announced so far is on disk. */
  settled: () => Promise<void>;
}

/** How long a process that is to end may take to do so by itself. */
const GRACE_MS = 2_000;
/** At most this often is told what was printed. */
const PROGRESS_EVERY_MS = 1_000;
/** Of a shell that prints without end, which needs the processor itself, little is asked for often. */
const CHUNK_BYTES = 2 * 1024 * 1024;
const GATHER_MS = 20;
/** So much of the end of the output that was copied is kept to be shown. */
const KEPT_BYTES = 2 * 1024 * 1024;
/** What is before that is freed in pieces of this size, each of which costs a process. */
const FREED_BYTES = 64 * 1024 * 1024;

/** The process of the step that is next in a hook: started, or met where the last engine left it. */
export class HookProcess {
  readonly #options: HookProcessOptions;
  readonly #hook: HookRecord;
  readonly #step: HookStep;
  readonly #run: Run;
  readonly #report: (fact: HookFact) => void;
  readonly #letGo = new AbortController();
  #killing: Promise<void> | undefined;
  #freedUpTo = 0;
  #freeing: Promise<void> | undefined;
  #reportedResults: number;
  #lastEndedAt = 0;

  constructor(options: HookProcessOptions, hook: HookRecord, report: (fact: HookFact) => void) {
    const step = currentStep(hook);
    if (step === undefined) throw new Error(`Nothing is left to run in the hook of ${hook.repoName}.`);
    this.#options = options;
    this.#hook = hook;
    this.#step = step;
    this.#run = createRun(options.folder, step.processId);
    this.#report = (fact) => {
      if (!this.#letGo.signal.aborted) report(fact);
    };
    this.#reportedResults = currentIndex(hook) - step.first;
  }

  /** Resolves when the process is over, or was let go of. */
  async run(): Promise<void> {
    try {
      await this.#options.settled();
      if (!(await this.#start())) return this.#reportEnd(null, 0);
      await this.#follow();
    } catch (error) {
      const message = this.#options.log.redact(reasonOf(error));
      await this.#options.log.note(this.#hook.repoName, `◼ ${message}`);
      this.#report({ type: 'shell.failed', message });
    }
  }

  /**
   * Ends the process with everything it started; its end is reported as any other. When this engine ends before that,
   * the next one finds written down that the time was up.
   */
  kill(because: HookProcessCommand['because']): void {
    const noted = because === 'timeLimit' ? writeFile(this.#timeoutFile(), '', { mode: 0o600 }) : undefined;
    this.#killing = Promise.resolve(noted)
      .catch(() => undefined) // somebody removed the folder: the next engine will not meet it either
      .then(() => this.#end());
  }

  #end(): Promise<void> {
    return endFamily(this.#run, { graceMs: GRACE_MS });
  }

  /** Leaves the process as it is: the next engine meets it. */
  detach(): void {
    this.#letGo.abort();
  }

  /** False when it was to be killed before it ran. */
  async #start(): Promise<boolean> {
    const { state } = identify(this.#run);
    if (state === 'running' || state === 'ended') return true;
    if (state === 'unstarted' && !(await fence(this.#run))) return true;
    if (this.#killing !== undefined || this.#letGo.signal.aborted) return false;
    const { folder, commands } = this.#hook;
    const { first, count } = this.#step;
    const texts = commands.slice(first, first + count).map(({ command }) => command);
    await this.#options.log.note(this.#hook.repoName, this.#headline(texts));
    await launch(this.#run, {
      ...toProgram(texts, this.#resultsFile()),
      env: this.#options.env,
      cwd: folder,
      note: new Date().toISOString(),
    });
    if (this.#killing !== undefined) this.#killing = this.#end();
    return true;
  }

  async #follow(): Promise<void> {
    const { log } = this.#options;
    const { processId } = this.#step;
    const metAt = performance.now();
    const elapsedMs = elapsedOf(this.#run);
    const startedAt = this.#startedAt();
    this.#lastEndedAt = Date.parse(startedAt);
    const isOutOfTime = existsSync(this.#timeoutFile());
    this.#report({ type: 'shell.started', startedAt, elapsedMs: elapsedMs ?? 0, isOutOfTime });
    const progress = createThrottle(
      () => PROGRESS_EVERY_MS,
      () => this.#reportOutput(),
    );
    const end = await followBytes(this.#run, {
      from: log.offsetOf(processId),
      onBytes: async (bytes) => {
        await log.copy(processId, { repoName: this.#hook.repoName, bytes });
        this.#free();
        progress.ring();
      },
      onCaughtUp: () => this.#reportResults(),
      chunkBytes: CHUNK_BYTES,
      gatherMs: GATHER_MS,
      signal: this.#letGo.signal,
    }).finally(() => progress.stop());
    if (!end.isOver) return;
    await this.#freeing;
    await this.#killing; // what it started may outlive it for a moment
    await log.flush(processId, this.#hook.repoName);
    this.#options.bounds?.hold(this.#run, log.offsetOf(processId));
    this.#reportResults();
    const durationMs =
      elapsedMs === null ? durationOnDisk(this.#run) : Math.round(elapsedMs + performance.now() - metAt);
    await log.note(
      this.#hook.repoName,
      `◼ ${this.#killing === undefined ? outcomeOf(end.exitCode) : 'killed'} after ${durationMs / 1000} s`,
    );
    this.#reportEnd(end.exitCode, this.#ownDuration(durationMs), await this.#complaint(end.exitCode));
  }

  /** What the shell around the commands says of its failure; the commands themselves complain into the output. */
  async #complaint(exitCode: number | null): Promise<string | undefined> {
    const said = exitCode === 0 ? '' : await readStderrTail(this.#run);
    if (said !== '') await this.#options.log.note(this.#hook.repoName, `◼ ${said}`);
    return said || undefined;
  }

  #reportEnd(exitCode: number | null, durationMs: number, complaint?: string): void {
    const { chars, lastLines } = this.#options.log.printedBy(this.#step.processId);
    this.#report({
      type: 'shell.ended',
      exitCode,
      durationMs,
      output: lastLines,
      outputChars: chars,
      ...(complaint !== undefined && { complaint: this.#options.log.redact(complaint) }),
    });
  }

  #reportOutput(): void {
    const { chars, lastLines } = this.#options.log.printedBy(this.#step.processId);
    this.#report({ type: 'output.printed', output: lastLines, outputChars: chars });
  }

  /** Tells of each command but the last one: that ends with the process. */
  #reportResults(): void {
    if (this.#step.count === 1) return;
    const results = parseResults(readIfFile(this.#resultsFile()) ?? '').slice(0, this.#step.count - 1);
    let previous = Date.parse(this.#startedAt());
    for (const [index, { exitCode, endedAt }] of results.entries()) {
      const durationMs = Math.max(0, endedAt - previous);
      previous = endedAt;
      if (index < this.#reportedResults) continue;
      this.#report({
        type: 'command.ended',
        exitCode,
        durationMs,
        endedAt: new Date(endedAt).toISOString(),
      });
    }
    this.#lastEndedAt = previous;
    this.#reportedResults = Math.max(this.#reportedResults, results.length);
  }

  /** Of the last command in a shell of several, what the others did not take. */
  #ownDuration(durationMs: number): number {
    const others = this.#lastEndedAt - Date.parse(this.#startedAt());
    return Math.max(0, durationMs - others);
  }

  /** Goes on beside the copying. */
  #free(): void {
    const before = this.#options.log.notedOffsetOf(this.#step.processId) - KEPT_BYTES;
    if (this.#freeing !== undefined || before - this.#freedUpTo < FREED_BYTES) return;
    this.#freeing = freeSpace(filesOf(this.#run).stdout, { from: this.#freedUpTo, before }).then(
      (freedUpTo) => {
        this.#freedUpTo = freedUpTo;
        this.#freeing = undefined;
      },
    );
  }

  #headline(commands: readonly string[]): string {
    const { first } = this.#step;
    const total = this.#hook.commands.length;
    const names = commands.map((command, index) => `▶ ${first + index + 1}/${total} ${firstLine(command)}`);
    return `${new Date().toISOString()} ${names.join(' ')}`;
  }

  #resultsFile(): string {
    return join(this.#run.folder, 'results');
  }

  /** There once the process was to be killed because its time was up. */
  #timeoutFile(): string {
    return join(this.#run.folder, 'timeout');
  }

  #startedAt(): string {
    return readIfFile(filesOf(this.#run).note) || new Date().toISOString();
  }
}
