import { formatEventId, parseEventId, sequenceOf } from '../journal/event-id.ts';
import { parseLine, typeStart } from '../journal/event-line.ts';
import type { Journal } from '../journal/journal.ts';
import type { LineReader } from '../journal/line-reader.ts';
import type { Log } from '../log.ts';
import { TRACED, type SpanMaker } from './span-maker.ts';
import type { SpanSender } from './span-sender.ts';

export interface TracingOptions {
  journal: Pick<Journal, 'committedId' | 'committed' | 'readAfter' | 'onCommit'>;
  maker: Pick<SpanMaker, 'take'>;
  sender: Pick<SpanSender, 'send' | 'close'>;
  /** Something that earlier engines began still runs. */
  readsBack: boolean;
  log: Log;
}

/** So many events at most are read again for what still runs. */
const READ_BACK_EVENTS = 50_000;
/** How long a stop waits for what is still to be sent. */
const CLOSE_MS = 2_000;

/** Makes traces of what is on disk, as it comes. Nothing waits for it; what goes wrong costs traces only. */
export class Tracing {
  readonly #options: TracingOptions;
  readonly #reader: LineReader;
  readonly #stopListening: () => void;
  readonly #ended: Promise<void>;
  #isClosing = false;
  #isOver = false;
  #wake: () => void = () => undefined;

  constructor(options: TracingOptions) {
    const { journal, readsBack } = options;
    this.#options = options;
    this.#reader = journal.readAfter(readsBack ? before(journal.committedId) : journal.committedId);
    this.#stopListening = journal.onCommit(() => this.#wake());
    this.#ended = this.#run();
  }

  /** Sends what ended until now; what takes longer than two seconds is dropped. */
  async close(): Promise<void> {
    const { journal, sender } = this.#options;
    const flush = async () => {
      await journal.committed();
      this.#isClosing = true;
      this.#wake();
      await this.#ended;
      await sender.close();
    };
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS);
    });
    await Promise.race([flush(), limit]);
    clearTimeout(timer);
    [this.#isClosing, this.#isOver] = [true, true];
    this.#wake();
    await this.#ended;
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    try {
      await this.#follow();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'nothing is traced any more');
    } finally {
      this.#stopListening();
      await this.#reader.close();
    }
  }

  async #follow(): Promise<void> {
    const { journal } = this.#options;
    while (!this.#isOver) {
      const { committedId } = journal;
      const block = await this.#reader.read();
      if (block !== null) this.#take(block);
      else if (this.#isClosing) return;
      else if (journal.committedId === committedId) await this.#arrival();
    }
  }

  #take(block: Buffer): void {
    const { maker, sender } = this.#options;
    for (const text of block.toString('utf8').split('\n')) {
      const line = TRACED.has(typeOf(text)) ? parseLine(text) : null;
      if (line !== null) sender.send(maker.take(line));
    }
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#isClosing) resolve();
    });
  }
}

function typeOf(line: string): string {
  return line.slice(typeStart(0), line.indexOf('"', typeStart(0)));
}

function before(id: string): string {
  const { tag = '' } = parseEventId(id) ?? {};
  return formatEventId({ sequence: Math.max(0, sequenceOf(id) - READ_BACK_EVENTS), tag });
}
