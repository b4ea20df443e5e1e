import { Readable } from 'node:stream';
import type { ActorFrame } from '../contract/actors.ts';

export interface WatcherOptions {
  snapshot: () => ActorFrame;
  onClose: () => void;
}

/** So much may wait for a slow reader. What comes then is left out, and it gets a snapshot once it has caught up. */
const BUFFERED_BYTES = 256 * 1024;
/** Snapshots of a reader that is slow over and over lie so far apart at least. */
const CATCH_UP_MS = 250;

/** One reader of the actors. */
export class Watcher {
  readonly readable: Readable;
  readonly #options: WatcherOptions;
  #isBehind = false;
  #catchingUp: NodeJS.Timeout | undefined;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.readable = new Readable({
      highWaterMark: BUFFERED_BYTES,
      read: () => {
        if (this.#isBehind) this.#catchingUp ??= setTimeout(() => this.#catchUp(), CATCH_UP_MS).unref();
      },
      destroy: (error, done) => {
        clearTimeout(this.#catchingUp);
        options.onClose();
        done(error);
      },
    });
    this.#push('snapshot', options.snapshot());
  }

  tell(frame: ActorFrame): void {
    if (!this.#isBehind) this.#push('change', frame);
  }

  ping(): void {
    if (!this.#isBehind) this.readable.push(': ping\n\n');
  }

  end(): void {
    if (!this.readable.destroyed) this.readable.push(null);
  }

  #catchUp(): void {
    this.#catchingUp = undefined;
    this.#isBehind = false;
    this.#push('snapshot', this.#options.snapshot());
  }

  #push(type: 'snapshot' | 'change', frame: ActorFrame): void {
    if (this.readable.destroyed) return;
    const hasRoom = this.readable.push(`event: ${type}\ndata: ${JSON.stringify(frame)}\n\n`);
    this.#isBehind ||= !hasRoom;
  }
}
