import type { HookLine, News } from './news.ts';

export interface ReaderOptions {
  /** Gets what there is; the next time only after `taken`. */
  deliver: (batch: readonly News[]) => void;
  /** Everything from the start. */
  snapshot: () => News[];
}

/** So much may wait for a tab that is slow or asleep. What comes then is left out, and it gets a snapshot. */
const MOST_WAITING = 2_000;
const MOST_LINES = 1_000;

/** One tab, which takes its news as fast as it can. */
export class Reader {
  readonly #options: ReaderOptions;
  #waiting: News[] = [];
  /** The lines among what waits: the oldest go first, however many are printed. */
  #lines: { kind: 'lines'; lines: HookLine[]; isAll: boolean } | null = null;
  #isBusy = false;
  #isBehind = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
    for (const news of options.snapshot()) this.#add(news);
    this.#deliver();
  }

  tell(news: News): void {
    if (this.#isBehind) return;
    this.#add(news);
    if (this.#waiting.length > MOST_WAITING) this.#fallBehind();
    else this.#deliver();
  }

  taken(): void {
    this.#isBusy = false;
    if (this.#isBehind) for (const news of this.#options.snapshot()) this.#add(news);
    this.#isBehind = false;
    this.#deliver();
  }

  #add(news: News): void {
    if (news.kind === 'lines') this.#addLines(news);
    else this.#waiting.push(news);
  }

  #addLines({ lines, isAll }: Extract<News, { kind: 'lines' }>): void {
    if (this.#lines === null) {
      this.#lines = { kind: 'lines', lines: [], isAll: false };
      this.#waiting.push(this.#lines);
    }
    if (isAll) Object.assign(this.#lines, { lines: [], isAll });
    this.#lines.lines.push(...lines);
    if (this.#lines.lines.length > 2 * MOST_LINES) this.#lines.lines = this.#lines.lines.slice(-MOST_LINES);
  }

  #fallBehind(): void {
    this.#isBehind = true;
    this.#waiting = [];
    this.#lines = null;
  }

  #deliver(): void {
    if (this.#isBusy || this.#waiting.length === 0) return;
    this.#isBusy = true;
    this.#lines = null;
    this.#options.deliver(this.#waiting.splice(0));
  }
}
