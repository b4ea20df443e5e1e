import {
  clearScreenDown,
  createInterface,
  cursorTo,
  moveCursor,
  type Interface,
  type Key,
} from 'node:readline';

export interface ScreenOptions {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream & { columns?: number; rows?: number };
  /** One line, unless more were pasted. */
  onLine: (line: string) => void;
  /** Ctrl-C, with nothing typed. */
  onInterrupt: () => void;
  /** Ctrl-D, or the terminal is gone. */
  onLeave: () => void;
  /** Tab: what was typed so far with its end completed; null when there is nothing to complete. */
  complete: (typed: string) => Promise<string | null>;
}

/** What stands at the bottom of the screen, above what is typed. */
export interface Footer {
  /** What is being written. */
  unfinished: string;
  status: string;
}

const INPUT = '> ';
/** Has the terminal tell where what is pasted begins and ends, so that a line break in it sends nothing. */
const MARK_PASTES = '\u001B[?2004h';
const MARK_NO_PASTES = '\u001B[?2004l';
const EMPTY: Footer = { unfinished: '', status: '' };
/** Of what is being written, no more than so many rows are shown, nor more than a third of the screen: what is higher cannot be taken back. */
const UNFINISHED_ROWS = 8;
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

/** A terminal in which lines appear above a place to type, while somebody types. */
export class Screen {
  readonly #options: ScreenOptions;
  readonly #reader: Interface;
  #footer = EMPTY;
  #isClosed = false;
  #isPasting = false;
  /** Lines that were pasted above the one that is written. */
  #pasted: string[] = [];
  /** Rows above the cursor when it was drawn. */
  #drawnRows = 0;

  constructor(options: ScreenOptions) {
    this.#options = options;
    const { input, output } = options;
    const completer = (typed: string) => (void this.#complete(typed), [[], typed]);
    output.write(MARK_PASTES);
    this.#reader = createInterface({ input, output, completer, terminal: true });
    input.on('keypress', (_, { name }: Key) => {
      if (name === 'paste-start' || name === 'paste-end') this.#isPasting = name === 'paste-start';
    });
    this.#reader.on('line', (line) => this.#enter(line));
    this.#reader.on('SIGINT', () => this.#interrupt());
    this.#reader.on('close', () => this.#leave());
    // The reader's own way goes back as many rows as there were before, over what stands above.
    output.removeAllListeners('resize').on('resize', () => this.#fit());
    this.#draw();
  }

  /** Whole lines, above the footer. */
  print(lines: string): void {
    if (lines === '' || this.#isClosed) return;
    const rows = this.#reader.getCursorPos().rows;
    this.#clear(rows);
    // The reader goes back as many rows as it has drawn before it draws again.
    this.#options.output.write(lines + '\n'.repeat(rows));
    this.#draw();
  }

  setFooter(footer: Partial<Footer>): void {
    this.#footer = { ...this.#footer, ...footer };
    if (!this.#isClosed) this.#draw();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#pasted = [];
    this.setFooter(EMPTY);
    this.#reader.close();
  }

  /** The reader has gone to the next row and left the footer and what was typed behind. */
  #enter(line: string): void {
    this.#reader.setPrompt(`${this.#reader.getPrompt()}${line}`);
    this.#clear(this.#reader.getCursorPos().rows + 1);
    const lines = [...this.#pasted, line];
    this.#pasted = this.#isPasting ? lines : [];
    this.#draw();
    const text = lines.join('\n');
    if (!this.#isPasting && text.trim() !== '') this.#options.onLine(text);
  }

  async #complete(typed: string): Promise<void> {
    const completed = await this.#options.complete(typed);
    const { line, cursor } = this.#reader;
    const isThere = line.slice(0, cursor) === typed;
    if (completed === null || !isThere || this.#isClosed) return;
    for (const _ of typed) this.#reader.write(null, { name: 'backspace' });
    this.#reader.write(completed);
  }

  #interrupt(): void {
    if (this.#reader.line === '' && this.#pasted.length === 0) return this.#options.onInterrupt();
    this.#pasted = [];
    this.#reader.write(null, { ctrl: true, name: 'e' });
    this.#reader.write(null, { ctrl: true, name: 'u' });
  }

  #leave(): void {
    this.#isClosed = true;
    this.#options.output.write(`${MARK_NO_PASTES}\n`);
    this.#options.onLeave();
  }

  /** Draws anew for another size; terminals have broken the lines anew by then. */
  #fit(): void {
    if (this.#isClosed) return;
    this.#clear(this.#reader.getCursorPos().rows);
    this.#options.output.write('\n'.repeat(this.#drawnRows));
    this.#draw();
  }

  #clear(rows: number): void {
    const { output } = this.#options;
    moveCursor(output, 0, -rows);
    cursorTo(output, 0);
    clearScreenDown(output);
  }

  #draw(): void {
    const { unfinished, status } = this.#footer;
    const { columns = DEFAULT_COLUMNS, rows = DEFAULT_ROWS } = this.#options.output;
    const most = Math.max(1, Math.min(UNFINISHED_ROWS, Math.floor(rows / 3)));
    const room = columns * most;
    const last = unfinished.trimEnd().split('\n').slice(-most).join('\n');
    const lines = [last.length > room ? `…${last.slice(1 - room)}` : last, status];
    const { length } = this.#pasted;
    const pasted = length === 0 ? '' : `${INPUT}… ${length === 1 ? 'one line' : `${length} lines`} pasted`;
    this.#reader.setPrompt([...lines, pasted, INPUT].filter((line) => line !== '').join('\n'));
    this.#reader.prompt(true);
    this.#drawnRows = this.#reader.getCursorPos().rows;
  }
}
