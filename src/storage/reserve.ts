import { troubleOf } from './attempt.ts';
import { runOnDescriptor } from './descriptor-tool.ts';

/** `full`: the disk has no room. `unsupported`: this disk cannot say. `unknown`: nobody could ask it now. */
export type Allocation = 'allocated' | 'full' | 'unsupported' | 'unknown';

/** Takes room for `[offset, offset + length)` of an open file, without changing the file's size. */
export type Allocate = (descriptor: number, range: { offset: number; length: number }) => Promise<Allocation>;

export interface ReserveOptions {
  allocate?: Allocate;
  retryEveryMs?: number;
  /** A file that has grown is given so many times its size; each step costs a process. */
  stepShare?: number;
}

const LEAST_AHEAD = 2 << 20;
const STEP = 4 << 20;
const LARGEST_STEP = 32 << 20;
const STEP_SHARE = 16;
const RETRY_EVERY_MS = 1_000;

/** Keeps room on the disk ahead of a growing file, so that a full disk is noticed before a write fails. */
export class Reserve {
  readonly #options: ReserveOptions;
  readonly #listeners = new Set<(isLow: boolean) => void>();
  #descriptor = -1;
  #size = 0;
  #allocatedTo = 0;
  #isFull = false;
  #stalledBy: unknown = null;
  #isActive = true;
  #epoch = 0;
  #isAllocating = false;
  #retry: NodeJS.Timeout | null = null;

  constructor(options: ReserveOptions = {}) {
    this.#options = options;
  }

  /** The disk cannot give the reserve any more, or a write to it failed and waits. */
  get isLow(): boolean {
    return this.#isFull || this.#stalledBy !== null;
  }

  /** Why it is low, when that is not for want of room. */
  get trouble(): { reason?: string } {
    return this.#stalledBy === null ? {} : troubleOf(this.#stalledBy);
  }

  onChange(listener: (isLow: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A write failed and waits, or waits no longer (null). */
  stall(error: unknown): void {
    this.#change(() => (this.#stalledBy = error));
  }

  /** Goes on with another file, or with one that was cut back and thereby lost its reserve. */
  follow(descriptor: number, size: number): void {
    this.#epoch += 1;
    this.#descriptor = descriptor;
    this.#allocatedTo = size;
    this.grow(size);
  }

  /** The file has grown to `size` bytes. */
  grow(size: number): void {
    this.#size = size;
    if (this.#allocatedTo - size < LEAST_AHEAD && this.#retry === null) void this.#allocate();
  }

  close(): void {
    this.#isActive = false;
    if (this.#retry !== null) clearTimeout(this.#retry);
  }

  /** Without room for a large step, the smallest one decides. */
  async #allocate(length = this.#nextStep()): Promise<void> {
    if (this.#isAllocating || !this.#isActive) return;
    this.#isAllocating = true;
    const { allocate = allocateOnDisk } = this.#options;
    const [epoch, offset] = [this.#epoch, this.#size];
    const allocation = await allocate(this.#descriptor, { offset, length });
    this.#isAllocating = false;
    if (epoch !== this.#epoch) return this.#allocate();
    if (allocation === 'allocated') this.#allocatedTo = offset + length;
    if (allocation === 'unsupported') this.#isActive = false;
    if (allocation === 'unknown') return this.#retryLater();
    if (allocation === 'full' && length > STEP) return this.#allocate(STEP);
    this.#settle(allocation === 'full');
  }

  #nextStep(): number {
    const { stepShare = STEP_SHARE } = this.#options;
    return this.#isFull ? STEP : Math.min(Math.max(STEP, this.#size * stepShare), LARGEST_STEP);
  }

  #settle(isFull: boolean): void {
    this.#change(() => (this.#isFull = isFull));
    if (isFull && this.#isActive) this.#retryLater();
    else this.grow(this.#size);
  }

  #change(change: () => void): void {
    const wasLow = this.isLow;
    change();
    if (this.isLow !== wasLow) for (const listener of this.#listeners) listener(this.isLow);
  }

  #retryLater(): void {
    this.#retry = setTimeout(() => {
      this.#retry = null;
      void this.#allocate();
    }, this.#options.retryEveryMs ?? RETRY_EVERY_MS).unref();
  }
}

/** What `env` exits with when there is no such program. */
const NOT_FOUND = 127;

/** By fallocate(1), because node has no call for it. */
export const allocateOnDisk: Allocate = async (descriptor, { offset, length }) => {
  const command = `fallocate -n -o ${offset} -l ${length} /proc/self/fd/3`;
  const { code, stderr } = await runOnDescriptor(descriptor, ['env', 'LC_ALL=C', ...command.split(' ')]);
  if (code === 0) return 'allocated';
  if (code === null) return 'unknown';
  return code === NOT_FOUND || /not supported|not permitted/i.test(stderr) ? 'unsupported' : 'full';
};
