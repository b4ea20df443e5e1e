import type { Preview } from '../contract/previews.ts';
import { findProcess } from '../processes/process-table.ts';
import { toCommandLine } from './command-line.ts';
import { findListeners, type Listener } from './find-listeners.ts';
import { LISTENING, socketsIn } from '../processes/tcp-table.ts';

export interface PreviewsOptions {
  /** What works below it is of the workspace. */
  home: string;
  publicUrl: (port: number) => string;
  chatOf: (runId: string) => string | undefined;
  redact: (text: string) => string;
  /** What the last engine saw. */
  saved: readonly Preview[];
  /** Told whenever anything is different. */
  onChange: (previews: Preview[]) => Promise<void>;
  onError: (error: unknown) => void;
}

const LOOK_EVERY_MS = 1_000;

/** The ports of the workspace: one cheap look a second, and a thorough one only when that shows something new. */
export class Previews {
  readonly #options: PreviewsOptions;
  readonly #timer: NodeJS.Timeout;
  #known: Preview[];
  #sockets = '';
  #looking: Promise<void> | undefined;

  constructor(options: PreviewsOptions) {
    this.#options = options;
    this.#known = [...options.saved];
    this.#timer = setInterval(() => void this.#glance(), LOOK_EVERY_MS).unref();
  }

  /** As they are now, looked at again if anything has changed. */
  async list(): Promise<Preview[]> {
    await this.#glance();
    return this.#known;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** One at a time: who comes meanwhile gets what it finds. */
  #glance(): Promise<void> {
    this.#looking ??= this.#look()
      .catch(this.#options.onError)
      .finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<void> {
    const sockets = (await socketsIn(LISTENING)).filter(({ userId }) => userId === process.getuid?.());
    const names = sockets.map(({ inode }) => inode).join();
    if (names === this.#sockets && this.#known.every(({ pid }) => findProcess(pid) !== null)) return;
    const listeners = await findListeners(sockets, this.#options);
    const previews = listeners.map((listener) => this.#toPreview(listener));
    this.#sockets = names;
    if (JSON.stringify(previews) === JSON.stringify(this.#known)) return;
    this.#known = previews;
    await this.#options.onChange(previews);
  }

  #toPreview({ port, pid, words, runId }: Listener): Preview {
    const { publicUrl, chatOf, redact } = this.#options;
    const before = this.#known.find((preview) => preview.port === port && preview.pid === pid);
    return {
      port,
      publicUrl: publicUrl(port),
      createdAt: before?.createdAt ?? new Date().toISOString(),
      pid,
      command: toCommandLine(words.map(redact)),
      chatId: (runId === undefined ? undefined : chatOf(runId)) ?? before?.chatId ?? null,
    };
  }
}
