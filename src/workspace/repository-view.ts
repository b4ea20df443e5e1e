import type { Failure } from '../contract/chats.ts';
import { blankState, type RepositoryState } from './read-repository.ts';

export interface RepositoryViewOptions {
  folder: string;
  /** Looks at the repository; never rejects. Calls `began` when it is its turn. */
  read: (options: { withText: boolean; began: () => void }) => Promise<RepositoryState>;
  onSeen: (state: RepositoryState) => void;
  /** A look is over that somebody has waited for in vain. */
  onLate: () => void;
}

interface Look {
  withText: boolean;
  /** Undefined while it waits for its turn. */
  beganAt: number | undefined;
  doneAt: number;
  done: Promise<void>;
}

interface Seen {
  state: RepositoryState;
  at: string;
}

/** What was seen is good for that long, unless something is known to have changed. */
const REMEMBERED_MS = 1_000;
/** How long a look is waited for: a good deal longer than the last one took. */
const PATIENCE = { least: 1_000, most: 10_000, unknown: 5_000, times: 10 };
/** What did not answer within git's time is left alone for that long, unless it is known to have changed. */
const LEFT_ALONE_MS = 30_000;
const LOOK_MS = 50;

/**
 * One repository, as it was when last looked at. One look at a time: a later one never shows less than an earlier one.
 * One that does not answer is waited for once; from then on it is told as it was, with the time and the reason, until it
 * answers.
 */
export class RepositoryView {
  readonly #options: RepositoryViewOptions;
  readonly #tookMs: { short?: number; long?: number } = {};
  #last: Look | undefined;
  #queued: Look | undefined;
  #running: Look | undefined;
  #tail: Promise<void> = Promise.resolve();
  #answered: Seen | undefined;
  /** That it did not answer within git's time; undefined when it did. */
  #timedOut: RepositoryState | undefined;
  #leftAloneUntil = 0;
  #isLate = false;
  #isTouched = true;

  constructor(options: RepositoryViewOptions) {
    this.#options = options;
  }

  /** Something may have changed since it was last looked at. */
  get isTouched(): boolean {
    return this.#isTouched;
  }

  touch(): void {
    this.#isTouched = true;
    this.#last = undefined;
    this.#leftAloneUntil = 0;
  }

  /** Looks, unless what is known is recent. Resolves when that is over, or when it is not worth waiting for. */
  async look({ withText }: { withText: boolean }): Promise<void> {
    const look = this.#recent(withText) ?? this.#ask(withText);
    if (look === undefined || (await this.#isOverInTime(look))) return;
    if (!this.#isLate) void look.done.then(() => this.#options.onLate());
    this.#isLate = true;
  }

  /** Resolves when every look that was asked for is over. */
  async settled(): Promise<void> {
    await this.#tail;
  }

  /** Undefined as long as nobody has looked. */
  get state(): RepositoryState | undefined {
    const answered = this.#answered;
    if (this.#timedOut !== undefined)
      return stale(answered, this.#timedOut, this.#timedOut.error ?? NO_ANSWER);
    return this.#isLate ? stale(answered, blankState(this.#options.folder), NO_ANSWER) : answered?.state;
  }

  #recent(withText: boolean): Look | undefined {
    const last = this.#last;
    const isGood = last !== undefined && performance.now() - last.doneAt < REMEMBERED_MS;
    return isGood && (last.withText || !withText) ? last : undefined;
  }

  /** Undefined when the repository is left alone. */
  #ask(withText: boolean): Look | undefined {
    if (performance.now() < this.#leftAloneUntil) return undefined;
    this.#isTouched = false;
    if (this.#queued !== undefined) {
      this.#queued.withText ||= withText;
      return (this.#last = this.#queued);
    }
    const look: Look = { withText, beganAt: undefined, doneAt: Infinity, done: Promise.resolve() };
    look.done = this.#tail.then(() => this.#run(look));
    this.#queued = look;
    this.#last = look;
    this.#tail = look.done;
    return look;
  }

  async #run(look: Look): Promise<void> {
    this.#queued = undefined;
    this.#running = look;
    const { withText } = look;
    const state = await this.#options.read({ withText, began: () => (look.beganAt = performance.now()) });
    this.#running = undefined;
    this.#isLate = false;
    look.doneAt = performance.now();
    this.#take(state, { tookMs: look.doneAt - (look.beganAt ?? look.doneAt), withText });
    this.#options.onSeen(this.state ?? state);
  }

  #take(state: RepositoryState, { tookMs, withText }: { tookMs: number; withText: boolean }): void {
    if (state.error?.code === 'git_timed_out') {
      this.#timedOut = state;
      this.#leftAloneUntil = performance.now() + LEFT_ALONE_MS;
      return;
    }
    this.#timedOut = undefined;
    this.#answered = { state, at: new Date().toISOString() };
    this.#tookMs[withText ? 'long' : 'short'] = tookMs;
  }

  /** What did not answer the last time is not waited for. */
  async #isOverInTime(look: Look): Promise<boolean> {
    const isOver = look.done.then(() => true);
    while (look.doneAt === Infinity) {
      if (this.#timedOut !== undefined || this.#isOverdue()) return false;
      if (await Promise.race([isOver, later()])) return true;
    }
    return true;
  }

  #isOverdue(): boolean {
    const running = this.#running;
    if (running?.beganAt === undefined) return false;
    const tookMs = this.#tookMs[running.withText ? 'long' : 'short'];
    const { least, most, unknown, times } = PATIENCE;
    const patienceMs = tookMs === undefined ? unknown : Math.min(most, Math.max(least, tookMs * times));
    return performance.now() - running.beganAt >= patienceMs;
  }
}

const NO_ANSWER: Failure = {
  code: 'repo_late',
  message: 'git has not answered yet: a large repository, a filter or a file system that does not answer.',
};

/** As it was when it last answered, if it ever did. */
function stale(answered: Seen | undefined, otherwise: RepositoryState, error: Failure): RepositoryState {
  return answered === undefined ? { ...otherwise, error } : { ...answered.state, seenAt: answered.at, error };
}

function later(): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS, false).unref());
}
