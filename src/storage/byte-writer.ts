/**
 * Bytes put one behind the other. Texts are encoded as they come, because a burst of strings kept for later costs more in
 * garbage collection than everything else together.
 */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(capacity: number) {
    this.#buffer = Buffer.allocUnsafeSlow(Math.ceil(capacity));
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): Buffer {
    return this.slice(0, this.#length);
  }

  slice(from: number, to: number): Buffer {
    return this.#buffer.subarray(from, to);
  }

  /** Forgets what is behind `length`. */
  cutBack(length: number): void {
    this.#length = length;
  }

  /** In UTF-8. */
  text(text: string): void {
    this.#reserve(text.length < SHORT ? text.length * MOST_BYTES_OF_A_UNIT : Buffer.byteLength(text));
    this.#length += this.#buffer.write(text, this.#length);
  }

  /** What few bytes hold: for them this costs a third of what `copy` does. */
  short(bytes: Uint8Array, from = 0, to = bytes.length): void {
    this.#reserve(to - from);
    for (let at = from; at < to; at += 1) this.#buffer[this.#length++] = bytes[at] ?? 0;
  }

  long(bytes: Buffer, from: number, to: number): void {
    this.#reserve(to - from);
    this.#length += bytes.copy(this.#buffer, this.#length, from, to);
  }

  digits(value: number, count: number): void {
    this.#reserve(count);
    putDigits(this.#buffer, this.#length, { value, count });
    this.#length += count;
  }

  /** 32 bits, in eight hexadecimal digits. */
  hexadecimal(value: number): void {
    this.#reserve(8);
    for (let shift = 28; shift >= 0; shift -= 4) {
      this.#buffer[this.#length++] = HEXADECIMAL[(value >>> shift) & 15] ?? 0;
    }
  }

  /** Whether other bytes hold the same from a place on. */
  isIn(bytes: Buffer, from: number): boolean {
    let at = 0;
    while (at < this.#length && bytes[from + at] === this.#buffer[at]) at += 1;
    return at === this.#length;
  }

  #reserve(count: number): void {
    const wanted = this.#length + count;
    if (wanted <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** Writes a whole number of less than 32 bits in so many decimal digits. */
export function putDigits(
  into: Buffer,
  from: number,
  { value, count }: { value: number; count: number },
): void {
  let rest = value;
  for (let at = from + count - 1; at >= from; at -= 1) {
    into[at] = ZERO + (rest % 10);
    rest = (rest / 10) >>> 0;
  }
}

const SHORT = 16 << 10;
const MOST_BYTES_OF_A_UNIT = 3;
const ZERO = 0x30;
const HEXADECIMAL = Buffer.from('0123456789abcdef');
