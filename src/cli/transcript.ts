import { partOf, sayingsOf, threadOf, type AgentEvent, type Saying } from '../client/client.ts';
import { toolBrief, toolResultBrief } from '../contract/tool-brief.ts';
import { visible } from './visible.ts';
import type { Colors } from './terminal.ts';

/** How text that an agent wrote is shown. */
export interface TextStyle {
  /** How much of a text that still grows can be shown for good. */
  endOfWhole: (text: string) => number;
  render: (text: string) => string;
  /** What a tool changes; empty when that is not shown. */
  diff: (text: string) => string;
}

/** Text as it was written, line by line. On a terminal it has no effect but to be read. */
export function plainStyle({ isTerminal }: { isTerminal: boolean }): TextStyle {
  return {
    endOfWhole: (text) => text.lastIndexOf('\n') + 1,
    render: (text) => (isTerminal ? visible(text) : text),
    diff: () => '',
  };
}

export interface TranscriptOptions {
  colors: Colors;
  style: TextStyle;
  /** Gets whole lines, for good. */
  write: (lines: string) => void;
  /** Gets the line that is being written, each time it grows; empty when there is none. */
  writeUnfinished: (line: string) => void;
  /** Whether to show this message of the user's; it may be on the screen already. */
  showsUser: (text: string) => boolean;
}

/** Turns what an agent says into lines: text while it is being written, tools and their results as one line each. */
export class Transcript {
  readonly #options: TranscriptOptions;
  /** What was streamed of the text that is being written. */
  #streamed = '';
  /** How much of that was given away as whole lines, in characters. */
  #written = 0;
  /** Whether the stream broke within that text: its parts may come again, so only the whole of it counts. */
  #isBroken = false;
  #lastText = '';
  /** Tools whose changes were shown when they were called. */
  readonly #shownDiffs = new Set<string>();

  constructor(options: TranscriptOptions) {
    this.#options = options;
  }

  addPart(event: AgentEvent): void {
    const part = partOf(event);
    if (part === null || part.kind === 'thinking' || this.#isBroken) return;
    this.#streamed += part.text;
    const { style, writeUnfinished } = this.#options;
    const end = this.#written + style.endOfWhole(this.#streamed.slice(this.#written));
    if (end > this.#written) this.#write(this.#streamed.slice(this.#written, end));
    this.#written = end;
    writeUnfinished(this.#streamed.slice(this.#written));
  }

  /** The stream broke and goes on. */
  break(): void {
    this.#isBroken = this.#streamed !== '';
  }

  /** What was said, whole: it completes what was streamed of it. */
  add(event: AgentEvent): void {
    const isOfSubAgent = threadOf(event) !== null;
    for (const saying of sayingsOf(event)) {
      // What a sub-agent is told and says is for the agent alone, which gets its answer as the result of a call.
      if (isOfSubAgent && saying.kind !== 'tool' && saying.kind !== 'result') continue;
      // An agent may say why it failed, and give that as the reason of its end.
      if (saying.kind === 'failure' && saying.text === this.#lastText) continue;
      if (saying.kind === 'text') this.#lastText = saying.text;
      if (saying.kind === 'text' || saying.kind === 'plan') this.#addText(`${saying.text.trimEnd()}\n`);
      else if (saying.kind !== 'user' || this.#options.showsUser(saying.text)) this.#addLines(saying);
    }
  }

  /** Nothing more comes: what was streamed and never completed stays as it is. */
  end(): void {
    const rest = this.#streamed.slice(this.#written);
    this.#restart();
    if (rest !== '') this.#write(`${rest}\n`);
  }

  #addText(text: string): void {
    const written = this.#streamed.slice(0, this.#written);
    this.#restart();
    this.#write(text.startsWith(written.trimEnd()) ? text.slice(written.length) : text);
  }

  #addLines(saying: Saying): void {
    if (saying.kind === 'tool') this.end();
    this.#options.write(`${toLines(saying, this.#options.colors)}${this.#diffOf(saying)}`);
  }

  #diffOf(saying: Saying): string {
    if (saying.kind === 'tool' && saying.diff !== null) this.#shownDiffs.add(saying.id);
    else if (saying.kind !== 'result' || saying.diff === null || this.#shownDiffs.delete(saying.toolId))
      return '';
    return this.#options.style.diff(saying.diff);
  }

  #write(text: string): void {
    this.#options.write(this.#options.style.render(text));
  }

  #restart(): void {
    this.#streamed = '';
    this.#written = 0;
    this.#isBroken = false;
    this.#options.writeUnfinished('');
  }
}

function toLines(saying: Saying, { bold, cyan, dim, red, yellow }: Colors): string {
  if (saying.kind === 'tool') return `${cyan('●')} ${visible(toolBrief(saying))}\n`;
  if (saying.kind === 'result')
    return `  ${(saying.isError ? red : dim)(`⎿ ${visible(toolResultBrief(saying))}`)}\n`;
  const text = visible(saying.text.trimEnd());
  switch (saying.kind) {
    case 'user':
      return `${bold(`> ${text.replaceAll('\n', '\n  ')}`)}\n`;
    case 'thinking':
      return `${dim(text)}\n`;
    case 'image':
      return `${dim(`[${text}]`)}\n`;
    case 'notice':
      return `${yellow(text)}\n`;
    case 'failure':
      return `${red(text)}\n`;
    case 'text':
    case 'plan':
      return `${text}\n`;
  }
}
