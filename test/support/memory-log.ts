import { sequenceOf } from '../../src/journal/event-id.ts';
import { behind } from '../../src/mirror/batches.ts';
import type { Append, Batch, Claim, Claimed, Head, Holder, SharedLog } from '../../src/mirror/shared-log.ts';

/** A shared log in memory, to which any number of engines of one workspace may be connected. */
export class MemoryLog implements SharedLog {
  #head: Head | null = null;
  #batches: Batch[] = [];
  /** What each call meets first: a test may have it wait, or fail. */
  obstacle: () => Promise<void> = () => Promise.resolve();

  async claim({ owner, epoch: had, above = 0, headId: expected }: Claim): Promise<Claimed> {
    await this.obstacle();
    const { holder = { owner: '', epoch: 0 }, headId = null } = this.#head ?? {};
    if (holder.owner === owner) return { kind: 'claimed', epoch: holder.epoch, headId };
    if (had > 0 && holder.epoch >= had) return { kind: 'taken', holder };
    if (headId !== expected) return { kind: 'headDiffers', headId };
    const epoch = Math.max(holder.epoch, had, above) + 1;
    this.#head = { holder: { owner, epoch }, headId };
    return { kind: 'claimed', epoch, headId };
  }

  async append({ holder, afterId, batch }: Append): Promise<boolean> {
    await this.obstacle();
    const head = this.#heldBy(holder);
    if (head === null || this.#sequence < sequenceOf(afterId ?? '0')) return false;
    if (batch === null || sequenceOf(batch.id) <= this.#sequence) return true;
    const { id, lines } = behind(batch, this.#sequence);
    this.#batches.push({ id, lines: Buffer.from(lines) }); // whoever gave them may use them again
    this.#head = { holder, headId: batch.id };
    return true;
  }

  async head(): Promise<Head | null> {
    await this.obstacle();
    return this.#head;
  }

  async read({ after, limit }: { after: number; limit: number }): Promise<Batch[]> {
    await this.obstacle();
    const found = this.#batches.filter(({ id }) => sequenceOf(id) > after).slice(0, limit);
    return found.map((batch) => behind(batch, after));
  }

  async trim({ holder, before }: { holder: Holder; before: number }): Promise<void> {
    await this.obstacle();
    if (this.#heldBy(holder) === null) return;
    this.#batches = this.#batches.filter(({ id }) => sequenceOf(id) >= before);
  }

  close(): void {
    return undefined;
  }

  get #sequence(): number {
    return sequenceOf(this.#head?.headId ?? '0');
  }

  #heldBy({ owner, epoch }: Holder): Head | null {
    const current = this.#head?.holder;
    return current?.owner === owner && current.epoch === epoch ? this.#head : null;
  }
}
