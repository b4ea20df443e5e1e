import { fromPromise, waitFor } from 'xstate';
import type { HandOver } from '../contract/status.ts';
import { EngineError } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Root, RootMoveActors } from './start-root.ts';

export interface WorkspaceMoveOptions {
  journal: Pick<Journal, 'headId' | 'committed'>;
  mirror: Pick<Mirror, 'reached'> | null;
  root: () => Pick<Root, 'actor' | 'chat' | 'archive' | 'mirror'>;
}

/** How long a caller waits before it is told how far it is. */
const ANSWER_WITHIN_MS = 60_000;

type Copied = Omit<HandOver, 'state'>;

const NOTHING_COPIED: Copied = { lastEventId: null, archivedAt: null, omitted: 0 };

/** Gives the workspace to another machine: what is said before the end of turns is kept, and after it nothing is accepted. */
export class WorkspaceMove {
  readonly #options: WorkspaceMoveOptions;
  #copied: Copied | null = null;

  constructor(options: WorkspaceMoveOptions) {
    this.#options = options;
  }

  actors(): RootMoveActors {
    return {
      finishTurns: fromPromise(() => this.#finishTurns()),
      copyWorkspace: fromPromise(({ signal }) => this.#copy(signal)),
    };
  }

  /** Everything is kept outside of this machine: whatever another engine does with it now is right. */
  get isOver(): boolean {
    return this.#copied !== null;
  }

  /** What would be accepted now would be lost. */
  get isSealed(): boolean {
    return this.isOver || this.#phase === 'copying';
  }

  /** @throws {EngineError} `HAND_OVER_UNAVAILABLE`, `HAND_OVER_FAILED`, `SHUTTING_DOWN`. */
  async ask({ limitMs }: { limitMs: number }): Promise<HandOver> {
    const { actor } = this.#options.root();
    if (this.#phase === null && !this.isOver) {
      this.#refuseUnlessPossible();
      actor.send({ type: 'engine.move', limitMs });
    }
    let phase = this.#phase;
    const hasEnded = () => {
      if (this.#phase === null) return true;
      phase = this.#phase;
      return false;
    };
    await waitFor(actor, hasEnded, { timeout: ANSWER_WITHIN_MS }).catch(() => undefined);
    if (this.#copied !== null) return { state: 'handedOver', ...this.#copied };
    if (this.#phase !== null) return { state: this.#phase, ...NOTHING_COPIED };
    if (!actor.getSnapshot().matches({ active: { work: 'serving' } })) throw new EngineError('SHUTTING_DOWN');
    throw new EngineError('HAND_OVER_FAILED', { reason: this.#obstacle(phase) });
  }

  get #phase(): 'finishing' | 'copying' | null {
    const snapshot = this.#options.root().actor.getSnapshot();
    if (snapshot.matches({ active: { work: { moving: 'finishing' } } })) return 'finishing';
    return snapshot.matches({ active: { work: { moving: 'copying' } } }) ? 'copying' : null;
  }

  #refuseUnlessPossible(): void {
    const { actor, archive } = this.#options.root();
    if (archive()?.getSnapshot().status !== 'active')
      throw new EngineError('HAND_OVER_UNAVAILABLE', {
        reason: 'it is not archived, so its files would be lost. Start the engine with ARCHIVE_URL.',
      });
    if (!actor.getSnapshot().matches({ active: { work: 'serving' } }))
      throw new EngineError('HAND_OVER_UNAVAILABLE', {
        reason: 'it is still being prepared. Ask again when boot.state of GET /health is "ready".',
      });
  }

  #atWork() {
    const { actor, chat } = this.#options.root();
    const chats = actor.getSnapshot().context.chatIds.flatMap((id) => chat(id) ?? []);
    return chats.filter((one) => {
      const snapshot = one.getSnapshot();
      return snapshot.status === 'active' && snapshot.hasTag('processing');
    });
  }

  /** A chat that crashes is asked back to go on with its turn, or to end it. */
  async #finishTurns(): Promise<void> {
    for (let busy = this.#atWork(); busy.length > 0; busy = this.#atWork()) {
      const resting = busy.map((one) => waitFor(one, (snapshot) => !snapshot.hasTag('processing')));
      await Promise.allSettled(resting);
    }
  }

  /** An archive that was begun before lacks what was written since. */
  async #copy(signal: AbortSignal): Promise<void> {
    const { journal, mirror, root } = this.#options;
    const [sealedAt, lastEventId] = [new Date().toISOString(), journal.headId];
    await journal.committed();
    await mirror?.reached(lastEventId);
    const archive = root().archive();
    if (archive === undefined) throw new Error('The archive was given up.');
    archive.send({ type: 'archive.want' });
    const { context } = await waitFor(
      archive,
      ({ context: { taken } }) => (taken?.takenAt ?? '') >= sealedAt && taken!.lastEventId >= lastEventId,
    );
    const { takenAt = null, omitted = [] } = context.taken ?? {};
    if (!signal.aborted) this.#copied = { lastEventId, archivedAt: takenAt, omitted: omitted.length };
  }

  #obstacle(phase: 'finishing' | 'copying' | null): string {
    const { archive, mirror } = this.#options.root();
    if (phase !== 'copying')
      return `Turns still run in the chats ${this.#atWork()
        .map(({ id }) => id)
        .join(', ')}.`;
    const reasons = [mirror()?.getSnapshot().context.reason, archive()?.getSnapshot().context.reason];
    return reasons.filter(Boolean).join(' ') || 'Copying what there is took too long.';
  }
}
