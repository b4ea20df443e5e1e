import {
  EngineClientError,
  reasonOf,
  type ActorNews,
  type ActorView,
  type ConnectionChange,
  type EngineClient,
  type WorkspaceState,
} from '../../../client/client.ts';
import { Ring } from '../ring.ts';
import type { Connection, HookLine, News } from './news.ts';
import { Reader } from './reader.ts';

export interface FeedOptions {
  /** `onStuck` is told when a call waits although nothing is wrong with the engine. */
  connect: (onStuck: (isStuck: boolean) => void) => EngineClient;
}

/** Makes a tab one that is told. */
export interface Joined {
  /** The tab has taken what it got. */
  taken: () => void;
  leave: () => void;
}

const KEPT_LINES = 1_000;
/** A line that is longer is cut where it comes in, so that no tab has to hold it. */
const LINE_CHARACTERS = 2_000;

/** One stream of an engine, told to any number of tabs; open while there is one. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #readers = new Set<Reader>();
  #stop = new AbortController();
  #connection: Connection = CONNECTING;
  #workspace: WorkspaceState | null = null;
  #actors = new Map<string, ActorView>();
  readonly #lines = new Ring<HookLine>(KEPT_LINES);
  #lineNumber = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  get hasReaders(): boolean {
    return this.#readers.size > 0;
  }

  join(deliver: (batch: readonly News[]) => void): Joined {
    if (!this.hasReaders || ENDED.has(this.#connection.state)) this.#open();
    const reader = new Reader({ deliver, snapshot: () => this.#snapshot() });
    this.#readers.add(reader);
    return { taken: () => reader.taken(), leave: () => this.#leave(reader) };
  }

  #leave(reader: Reader): void {
    this.#readers.delete(reader);
    if (!this.hasReaders) this.#stop.abort();
  }

  #open(): void {
    const stop = new AbortController();
    this.#stop = stop;
    this.#connection = CONNECTING;
    this.#workspace = null;
    this.#takeActors({ actors: [], gone: [], steps: [], dropped: 0, isSnapshot: true });
    this.#follow(stop.signal).catch((error: unknown) => {
      if (!stop.signal.aborted) this.#fail(error);
    });
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const client = this.#options.connect((isStuck) => this.#tell({ kind: 'stuck', isStuck }));
    const following = client.follow({
      signal,
      partial: true,
      onConnection: (change) => this.#note(change),
      onActors: (news) => this.#takeActors(news),
      onHookLine: (line) => this.#takeLine(line),
    });
    for await (const { state, event } of following) {
      if (event === null) this.#tell({ kind: 'workspace', workspace: state });
      else this.#tell({ kind: 'event', event });
      this.#workspace = state;
    }
  }

  #fail(error: unknown): void {
    const isRefused = error instanceof EngineClientError && error.code === 'unauthorized';
    const reason = reasonOf(error);
    this.#connect({ state: isRefused ? 'refused' : 'failed', reason });
  }

  #note(change: ConnectionChange): void {
    if (change.state === 'open') this.#clearLines();
    const reason = change.state === 'lost' ? (change.error?.message ?? null) : null;
    this.#connect({ state: change.state, reason });
  }

  #connect(connection: Connection): void {
    this.#connection = connection;
    this.#tell({ kind: 'connection', connection });
  }

  #takeActors(news: ActorNews): void {
    if (news.isSnapshot) this.#actors.clear();
    for (const path of news.gone) this.#actors.delete(path);
    for (const actor of news.actors) this.#actors.set(actor.path, actor);
    this.#tell({ kind: 'actors', news });
  }

  /** The end of what hooks printed comes again. */
  #clearLines(): void {
    this.#lines.clear();
    this.#tell({ kind: 'lines', lines: [], isAll: true });
  }

  #takeLine(text: string): void {
    this.#lineNumber += 1;
    const line = {
      number: this.#lineNumber,
      text: text.slice(0, LINE_CHARACTERS),
      hidden: Math.max(0, text.length - LINE_CHARACTERS),
    };
    this.#lines.add(line);
    this.#tell({ kind: 'lines', lines: [line], isAll: false });
  }

  #tell(news: News): void {
    for (const reader of this.#readers) reader.tell(news);
  }

  #snapshot(): News[] {
    const actors = { actors: [...this.#actors.values()], gone: [], steps: [], dropped: 0, isSnapshot: true };
    const workspace = this.#workspace;
    return [
      { kind: 'connection', connection: this.#connection },
      { kind: 'actors', news: actors },
      { kind: 'lines', lines: this.#lines.entries, isAll: true },
      ...(workspace === null ? [] : [{ kind: 'workspace', workspace } as const]),
    ];
  }
}

const CONNECTING: Connection = { state: 'connecting', reason: null };
const ENDED: ReadonlySet<Connection['state']> = new Set(['refused', 'failed']);
