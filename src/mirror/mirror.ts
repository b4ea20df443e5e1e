import { fromCallback, fromPromise } from 'xstate';
import { reasonOf } from '../contract/reason-of.ts';
import type { mirrorMachine } from '../../machines/mirror.machine.ts';
import type { ClaimEnd, CopyInput } from '../../machines/mirror.setup.ts';
import { sequenceOf } from '../journal/event-id.ts';
import type { Journal } from '../journal/journal.ts';
import type { Log } from '../log.ts';
import { JournalCopy } from './journal-copy.ts';
import { MirrorLag, type Lag } from './mirror-lag.ts';
import type { Holder, SharedLog } from './shared-log.ts';

export interface MirrorOptions {
  log: SharedLog;
  /** Names this engine, and no other one that ever was. */
  owner: string;
  report: Log;
}

/** What the mirror machine names. */
export type MirrorActors = Required<NonNullable<Parameters<typeof mirrorMachine.provide>[0]['actors']>>;

/** What others know of the workspace. */
export interface Neighbours {
  /** Names the first event that the log is to keep. */
  trimTo: () => string;
  /** The last one that an engine of this home had. */
  homeEpoch: number;
  /** The highest one of the archive. */
  archiveEpoch: () => Promise<number>;
  /** Told before anything is written under a new epoch. */
  onClaimed: () => Promise<void>;
}

interface Waiter {
  sequence: number;
  resolve: () => void;
}

/** The journal of this engine in the shared log, and how far it got. */
export class Mirror {
  readonly #options: MirrorOptions;
  #journal: Journal | undefined;
  #lag: MirrorLag | undefined;
  #copiedId: string | null = null;
  #waiters: Waiter[] = [];
  #isDiverged = false;
  #movedTo: Holder | null = null;
  #epoch = 0;
  readonly #known = { homeEpoch: 0, archiveEpoch: async () => 0, onClaimed: async () => undefined };

  constructor(options: MirrorOptions) {
    this.#options = options;
  }

  get owner(): string {
    return this.#options.owner;
  }

  get log(): SharedLog {
    return this.#options.log;
  }

  /** Under which this engine claimed the log, also when that is over; 0 before. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The home was restored under this epoch: whoever claimed the log since then has the workspace. */
  continueIn(epoch: number): void {
    this.#epoch = epoch;
  }

  /** The last event that is known to be in the log; null before it was asked, or when it has none. */
  get copiedId(): string | null {
    return this.#copiedId;
  }

  /** Who has the workspace now, when it is not this engine. */
  get movedTo(): Holder | null {
    return this.#movedTo;
  }

  get lag(): Lag {
    return this.#lag?.read() ?? { events: 0, bytes: 0, ms: 0 };
  }

  /** From which sequence on the log lacks something that it is to have; null when it lacks nothing. */
  get owedFrom(): number | null {
    if (this.#isDiverged || this.#movedTo !== null) return null;
    const copied = sequenceOf(this.#copiedId ?? '0');
    return copied === sequenceOf(this.#journal?.committedId ?? '0') ? null : copied + 1;
  }

  /** Resolves once everything up to this event is in the log, or will never be: the workspace moved. */
  reached(id: string): Promise<void> {
    const sequence = sequenceOf(id);
    if (this.#movedTo !== null || sequence <= sequenceOf(this.#copiedId ?? '0')) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ sequence, resolve }));
  }

  /** The actors of the mirror machine, which copy this journal. */
  connect(
    journal: Journal,
    { trimTo = () => journal.oldestId, ...known }: Partial<Neighbours> = {},
  ): MirrorActors {
    this.#journal = journal;
    Object.assign(this.#known, known);
    this.#lag = new MirrorLag(journal);
    const { log, owner } = this.#options;
    return {
      claimLog: fromPromise<ClaimEnd, { epoch: number }>(({ input }) =>
        this.#claim(input.epoch || this.#epoch, journal),
      ),
      copyJournal: fromCallback<{ type: 'copy.drain' }, CopyInput>(({ input, sendBack, receive }) => {
        this.#note(input.headId);
        const copy = new JournalCopy({
          journal,
          log,
          holder: { owner, epoch: input.epoch },
          headId: input.headId,
          onCopied: (id) => this.#note(id),
          trimTo,
          tell: (fact) => {
            if (fact.type === 'copy.failed') this.#warn(fact.reason);
            sendBack(fact);
          },
        });
        receive(() => copy.drain());
        return () => copy.stop();
      }),
    };
  }

  close(): void {
    this.#lag?.close();
    this.#options.log.close();
  }

  async #claim(epoch: number, journal: Journal): Promise<ClaimEnd> {
    try {
      const end = await this.#agree(epoch, journal);
      this.#isDiverged = end.kind === 'diverged';
      if (end.kind === 'claimed' && end.epoch !== this.#epoch) {
        this.#epoch = end.epoch;
        await this.#known.onClaimed();
      }
      if (end.kind === 'taken') this.#giveUp(end.holder);
      return end;
    } catch (error) {
      this.#warn(reasonOf(error));
      throw error;
    }
  }

  /** Claims the log if it ends with an event of this journal: until nobody appends between the look and the claim. */
  async #agree(epoch: number, journal: Journal): Promise<ClaimEnd> {
    const { log, owner } = this.#options;
    const above = await this.#knownEpoch(epoch);
    if (epoch > 0 && above > epoch) return { kind: 'taken', holder: { owner: 'another', epoch: above } };
    for (let headId: string | null = null; ;) {
      const claimed = await log.claim({ owner, epoch, above, headId });
      if (claimed.kind !== 'headDiffers') return claimed;
      ({ headId } = claimed);
      if (headId === null || (await isOf(journal, headId))) continue;
      // A claim of ours that the log has lost, while another engine wrote on: that one has the workspace.
      const head = epoch > 0 ? await log.head() : null;
      return head === null ? { kind: 'diverged', headId } : { kind: 'taken', holder: head.holder };
    }
  }

  /** The highest that was ever given out, as far as this home and the archive know; only a log that lost claims counts from there. */
  async #knownEpoch(had: number): Promise<number> {
    const { homeEpoch, archiveEpoch } = this.#known;
    const own = had || homeEpoch;
    const head = await this.#options.log.head();
    if (head !== null && head.holder.epoch >= own) return own;
    return Math.max(own, await archiveEpoch());
  }

  #note(id: string | null): void {
    this.#copiedId = id;
    this.#lag?.note(id);
    if (id === null) return;
    this.#release(sequenceOf(id));
  }

  #giveUp(holder: Holder): void {
    this.#movedTo = holder;
    this.#release(Infinity);
  }

  #release(sequence: number): void {
    const reached = this.#waiters.filter((waiter) => waiter.sequence <= sequence);
    if (reached.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.sequence > sequence);
    for (const { resolve } of reached) resolve();
  }

  #warn(reason: string): void {
    this.#options.report.warn(
      { reason },
      'the shared log is away; what is written is copied when it is back',
    );
  }
}

/** Also of one that the journal has dropped since. */
async function isOf(journal: Journal, id: string): Promise<boolean> {
  const finding = await journal.find(id);
  return finding === 'found' || finding === 'expired';
}
