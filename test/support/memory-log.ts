import { sequenceOf } from '../../src/journal/event-id.ts';
import type { Batch, Claim, Claimed, Group, Head, Holder, SharedLog } from '../../src/mirror/shared-log.ts';

/** A shared log in memory, to which any number of engines of one workspace may be connected. */
export class MemoryLog implements SharedLog {
  #head: Head | null = null;
  #groups: Group[] = [];
  /** What each call meets first: a test may have it wait, or fail. */
  obstacle: () => Promise<void> = () => Promise.resolve();

  async claim({ owner, epoch: had, headId: expected }: Claim): Promise<Claimed> {
    await this.obstacle();
    const { holder = { owner: '', epoch: 0 }, headId = null } = this.#head ?? {};
    if (holder.owner === owner) return { kind: 'claimed', epoch: holder.epoch, headId };
    if (had > 0 && holder.epoch >= had) return { kind: 'taken', holder };
    if (headId !== expected) return { kind: 'headDiffers', headId };
    const epoch = Math.max(holder.epoch, had) + 1;
    this.#head = { holder: { owner, epoch }, headId };
    return { kind: 'claimed', epoch, headId };
  }

  async append({ holder, afterId, groups }: Batch): Promise<boolean> {
    await this.obstacle();
    const head = this.#heldBy(holder);
    if (head === null || this.#sequence < sequenceOf(afterId ?? '0')) return false;
    const added = groups.filter(({ id }) => sequenceOf(id) > this.#sequence);
    this.#groups.push(...added);
    this.#head = { holder, headId: added.at(-1)?.id ?? head.headId };
    return true;
  }

  async head(): Promise<Head | null> {
    await this.obstacle();
    return this.#head;
  }

  async read({ after, limit }: { after: number; limit: number }): Promise<Group[]> {
    await this.obstacle();
    return this.#groups.filter(({ id }) => sequenceOf(id) > after).slice(0, limit);
  }

  async trim({ holder, before }: { holder: Holder; before: number }): Promise<void> {
    await this.obstacle();
    if (this.#heldBy(holder) === null) return;
    this.#groups = this.#groups.filter(({ id }) => sequenceOf(id) >= before);
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
