/** Smaller ones cost nothing; of larger ones the length is a multiple of it, so that they fit again. */
const LARGE_BYTES = 256 << 10;
const LARGEST_BYTES = 2 << 20;
const KEPT = 5;

/** Large buffers that are used again: those that are thrown away are collected only when there are 64 MiB of them. */
export class Buffers {
  readonly #free: Buffer[] = [];

  /** At least so long. */
  take(length: number): Buffer {
    if (length < LARGE_BYTES) return Buffer.allocUnsafe(length);
    const place = this.#free.findIndex((buffer) => buffer.length >= length);
    const [found] = place === -1 ? [] : this.#free.splice(place, 1);
    return found ?? Buffer.allocUnsafe(Math.ceil(length / LARGE_BYTES) * LARGE_BYTES);
  }

  /** Nobody reads it any more, or any part of it. */
  give({ buffer }: Buffer): void {
    if (buffer.byteLength < LARGE_BYTES || buffer.byteLength > LARGEST_BYTES) return;
    this.#free.unshift(Buffer.from(buffer as ArrayBuffer));
    this.#free.splice(KEPT);
  }
}
