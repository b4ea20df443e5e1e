import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { HookTestEvent } from '../contract/hooks.ts';
import { EngineError } from '../errors.ts';
import { followBytes } from '../processes/follow-bytes.ts';
import { launch } from '../processes/launch.ts';
import { createRun, runsIn, type Run } from '../processes/run.ts';
import { endFamily, killEverything } from '../processes/terminate.ts';
import { toProgram } from './hook-script.ts';
import { Printed } from './printed.ts';
import { redactLines, redactText } from './redact.ts';

export interface HookTestsOptions {
  /** Folder below which each script has one of its own while it runs. */
  folder: string;
  /** The whole environment of the scripts. */
  env: Readonly<Record<string, string>>;
  /** What is not shown of what they print. */
  secrets: () => readonly string[];
}

interface Script {
  script: string;
  cwd: string;
  timeoutMs: number;
}

/** At most so many are tried at a time. */
const AT_ONCE = 4;
/** Once a script has printed so much it is ended. */
const OUTPUT_BYTES = 1024 * 1024;
const GRACE_MS = 2_000;
const PING_MS = 15_000;

/** Scripts that somebody tries before they become hooks: nothing is recorded, and nothing of them stays. */
export class HookTests {
  readonly #options: HookTestsOptions;
  readonly #running = new Map<AbortController, Promise<void>>();

  constructor(options: HookTestsOptions) {
    this.#options = options;
  }

  /** Ends what the last engine could not end. */
  async clear(): Promise<void> {
    for (const run of runsIn(this.#options.folder)) await erase(run);
  }

  /**
   * Server-sent events of a script that runs from now on, until it ends or whoever reads them leaves.
   * @throws {EngineError} `TOO_MANY_HOOK_TESTS`
   */
  start(script: Script): Readable {
    if (this.#running.size >= AT_ONCE) throw new EngineError('TOO_MANY_HOOK_TESTS', { limit: AT_ONCE });
    const leaving = new AbortController();
    const stream = new Readable({ read: () => undefined });
    stream.once('close', () => leaving.abort());
    const ping = setInterval(() => stream.push(':\n\n'), PING_MS);
    const tell = (event: HookTestEvent) => {
      const { type } = event;
      if (!leaving.signal.aborted) stream.push(`event: ${type}\ndata: ${JSON.stringify(event)}\n\n`);
    };
    const over = this.#run(script, { tell, left: leaving.signal }).finally(() => {
      clearInterval(ping);
      this.#running.delete(leaving);
      stream.push(null);
    });
    this.#running.set(leaving, over);
    return stream;
  }

  async close(): Promise<void> {
    const all = [...this.#running];
    for (const [leaving] of all) leaving.abort();
    await Promise.all(all.map(([, over]) => over));
  }

  async #run(script: Script, { tell, left }: Telling): Promise<void> {
    const run = createRun(this.#options.folder, randomUUID());
    const startedAt = performance.now();
    tell({ type: 'started', startedAt: new Date().toISOString() });
    const ended = await this.#follow(run, script, { tell, left }).catch((error: unknown) => ({
      ...UNSTARTED,
      error: { code: 'hook_not_started', message: redactText(String(error), this.#options.secrets()) },
    }));
    await erase(run);
    tell({ type: 'ended', ...ended, durationMs: Math.round(performance.now() - startedAt) });
  }

  async #follow(run: Run, { script, cwd, timeoutMs }: Script, { tell, left }: Telling): Promise<Outcome> {
    const { env, secrets } = this.#options;
    await launch(run, { ...toProgram([script], join(run.folder, 'results')), env, cwd });
    const outcome = { timedOut: false, outputTruncated: false };
    let ending: Promise<void> | undefined;
    const end = (graceMs: number) => (ending ??= endFamily(run, { graceMs }));
    const leave = () => void end(0);
    const limit = setTimeout(() => {
      outcome.timedOut = true;
      void end(GRACE_MS);
    }, timeoutMs);
    left.addEventListener('abort', leave);
    if (left.aborted) leave();
    const printed = new Printed();
    const say = (pieces: readonly Buffer[]) => {
      const text = Buffer.concat(redactLines(pieces, secrets())).toString('utf8');
      if (text !== '') tell({ type: 'output', text });
    };
    let rest = OUTPUT_BYTES;
    const { exitCode } = await followBytes(run, {
      from: 0,
      onBytes(bytes) {
        say(printed.add(bytes.subarray(0, rest), secrets()));
        outcome.outputTruncated ||= bytes.length > rest;
        rest -= Math.min(rest, bytes.length);
        if (outcome.outputTruncated) void end(0);
      },
      signal: new AbortController().signal,
    }).then((seen) => ({ exitCode: null, ...seen }));
    clearTimeout(limit);
    left.removeEventListener('abort', leave);
    await ending;
    if (!outcome.outputTruncated) say(printed.end()); // else it may end within a secret
    return { ...outcome, exitCode: outcome.timedOut ? TIMED_OUT : exitCode };
  }
}

interface Telling {
  tell: (event: HookTestEvent) => void;
  /** Aborted when nobody waits for it any more. */
  left: AbortSignal;
}

type Outcome = Omit<Extract<HookTestEvent, { type: 'ended' }>, 'type' | 'durationMs'>;

/** What a script that ran out of time reports, as `timeout(1)` does. */
const TIMED_OUT = 124;
const UNSTARTED: Outcome = { exitCode: null, timedOut: false, outputTruncated: false };

/** Kills whatever there still is of a script, also what it wanted to leave running. */
async function erase(run: Run): Promise<void> {
  await killEverything(run);
  await rm(run.folder, { recursive: true, force: true });
}
