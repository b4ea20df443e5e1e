import type { MendOptions } from './mend-segment.ts';
import { mendSegment } from './mend-segment.ts';
import type { Segment } from './segment.ts';
import type { Segments } from './segments.ts';

export interface MenderOptions extends Omit<MendOptions, 'foundAs'> {
  segments: Segments;
  /** Seals the active segment, whose writer would go on in the damaged file; it may not come to that. */
  sealActive: () => Promise<void>;
}

/** Mends segments that are found to be damaged, each once: whoever else meets the damage waits for the same. */
export class Mender {
  readonly #options: MenderOptions;
  readonly #mending = new Map<Segment, Promise<void>>();

  constructor(options: MenderOptions) {
    this.#options = options;
  }

  /** Unless that was done since the segment had this version. */
  async mend(segment: Segment, version: number): Promise<void> {
    if (segment.version !== version) return;
    const mending = this.#mending.get(segment) ?? this.#start(segment);
    this.#mending.set(segment, mending);
    await mending.finally(() => this.#mending.delete(segment));
  }

  /** The id of a line; null when the segment does not reach there. One that should be there is looked for twice. */
  async idAt(segment: Segment, sequence: number): Promise<string | null> {
    if (sequence < segment.firstSequence || sequence > segment.lastSequence) return null;
    const { version } = segment;
    const id = await segment.idAt(sequence);
    if (id !== null) return id;
    await this.mend(segment, version);
    return segment.idAt(sequence);
  }

  async #start(segment: Segment): Promise<void> {
    const { segments, sealActive } = this.#options;
    const foundAs = segment.key;
    if (segment === segments.active) await sealActive();
    if (segment === segments.active) throw new Error(`${foundAs} is damaged and cannot be sealed now.`);
    await mendSegment(segment, { ...this.#options, foundAs });
  }
}
