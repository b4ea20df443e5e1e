import { existsSync, statSync, truncateSync, type FSWatcher } from 'node:fs';
import { identify } from '../processes/identify.ts';
import { openWatch } from '../processes/open-watch.ts';
import { filesOf, runsIn, type Run } from '../processes/run.ts';

export interface OutputBoundsOptions {
  /** Told once of each process whose heirs print on and on. */
  onCut: (cut: { processId: string; file: string }) => void;
}

/** So much may be printed after the end, beyond which all of that is dropped. */
const ALLOWED_BYTES = 1024 * 1024;
/** At most this often a file is looked at. */
const EVERY_MS = 200;

/**
 * What a hook leaves running on purpose may print on for ever into the file that the hook printed into, where nobody reads
 * it. The file is cut back to what the hook itself printed: whoever prints appends, and notices nothing.
 */
export class OutputBounds {
  readonly #options: OutputBoundsOptions;
  readonly #stops = new Map<string, () => void>();
  readonly #told = new Set<string>();

  constructor(options: OutputBoundsOptions) {
    this.#options = options;
  }

  /** Of a process that is over, and whose own output takes `ownBytes`. */
  hold(run: Run, ownBytes: number): void {
    if (this.#stops.has(run.id)) return;
    const { stdout } = filesOf(run);
    let watcher: FSWatcher | undefined;
    let timer: NodeJS.Timeout | undefined;
    const later = () => {
      watcher?.close();
      watcher = undefined;
      timer ??= setTimeout(look, EVERY_MS).unref();
    };
    const look = () => {
      timer = undefined;
      if (!existsSync(stdout)) return this.#stops.delete(run.id);
      watcher = openWatch(stdout, later);
      if (watcher === undefined) later();
      this.#cut(run, ownBytes);
      return undefined;
    };
    this.#stops.set(run.id, () => {
      watcher?.close();
      clearTimeout(timer);
    });
    look();
  }

  /** Of all processes below `folder` that are over, but for those that somebody still follows. */
  holdAll(
    folder: string,
    { followed, ownBytesOf }: { followed: ReadonlySet<string>; ownBytesOf: (processId: string) => number },
  ): void {
    for (const run of runsIn(folder).filter(({ id }) => !followed.has(id)))
      if (identify(run).state === 'ended') this.hold(run, ownBytesOf(run.id));
  }

  close(): void {
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
  }

  #cut(run: Run, ownBytes: number): void {
    const { stdout } = filesOf(run);
    try {
      if (statSync(stdout).size <= ownBytes + ALLOWED_BYTES) return;
      truncateSync(stdout, ownBytes);
    } catch {
      return; // removed meanwhile
    }
    if (this.#told.has(run.id)) return;
    this.#told.add(run.id);
    this.#options.onCut({ processId: run.id, file: stdout });
  }
}
