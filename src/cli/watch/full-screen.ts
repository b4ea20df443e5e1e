import type { Terminal } from '../terminal.ts';

/** Another screen, without a cursor, on which long lines are cut. */
const ENTER = '\u001B[?1049h\u001B[?25l\u001B[?7l';
const LEAVE = '\u001B[?7h\u001B[?25h\u001B[?1049l';
const HOME = '\u001B[H';
const CLEAR_LINE = '\u001B[K';
const CLEAR_BELOW = '\u001B[J';
/** q, Ctrl-C, Ctrl-D. */
const KEYS_THAT_LEAVE = ['q', '\u0003', '\u0004'];
const DEFAULT_ROWS = 24;

type ScreenOptions = Terminal['streams'] & { onLeave: () => void };

export class FullScreen {
  readonly #options: ScreenOptions;
  readonly #onKeys: (keys: Buffer) => void;
  #shown = '';

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#onKeys = (keys) => KEYS_THAT_LEAVE.some((key) => keys.includes(key)) && options.onLeave();
    const { input, output } = options;
    output.write(ENTER);
    input.setRawMode?.(true);
    input.on('data', this.#onKeys);
  }

  /** Draws lines for the size that the screen has now, unless they are there. */
  draw(toLines: (rows: number) => readonly string[]): void {
    const { columns, rows = DEFAULT_ROWS } = this.#options.output;
    const text = toLines(rows)
      .map((line) => `${line}${CLEAR_LINE}`)
      .join('\r\n');
    const shown = `${columns} ${rows} ${text}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#options.output.write(`${HOME}${text}${CLEAR_BELOW}`);
  }

  close(): void {
    const { input, output } = this.#options;
    input.off('data', this.#onKeys);
    input.setRawMode?.(false);
    input.pause();
    output.write(LEAVE);
  }
}
