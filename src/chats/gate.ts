import type { ChatActor } from '../journal/record-actors.ts';
import type { ChatRecord } from '../contract/records.ts';
import { EngineError } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { Recorder } from '../journal/projection/recorder.ts';

export interface GateOptions {
  chatOf: (chatId: string) => ChatActor | undefined;
  recorder: Recorder;
  journal: Journal;
  isStopping(): boolean;
  /** What was to be kept was copied already: a change would be lost. */
  isSealed(): boolean;
  /** Who has the workspace, when it is another engine. */
  movedTo(): { owner: string } | null;
  /** Resolves when what a caller is told is kept as surely as it was asked to be. */
  accepted(id: string): Promise<void>;
}

/** Finds what commands speak of, and refuses what cannot be done before a machine hears of it. */
export class Gate {
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  get records(): ReadonlyMap<string, ChatRecord> {
    return this.#options.recorder.records;
  }

  get headId(): string {
    return this.#options.journal.headId;
  }

  /** The answer, once everything that was decided before it is on disk. */
  async committed<Answer>(answer: Answer): Promise<Answer> {
    await this.#options.journal.committed();
    return answer;
  }

  /** The same of a message, which may have to be in the shared log too. */
  async accepted<Answer>(answer: Answer): Promise<Answer> {
    const { headId } = this;
    await this.committed(answer);
    await this.#options.accepted(headId);
    this.refuseWhenMoved();
    return answer;
  }

  /** The same of what was only looked up: a reader is refused while that waits for room on the disk. */
  async read<Answer>(answer: Answer): Promise<Answer> {
    if (await this.#options.journal.tried()) return answer;
    throw new EngineError('STORAGE_FULL', this.#options.journal.storageTrouble);
  }

  /** The same, with the id of the last event before it. */
  snapshot<Answer extends object>(answer: Answer): Promise<Answer & { lastEventId: string }> {
    return this.read({ ...answer, lastEventId: this.headId });
  }

  recordOf(chatId: string): ChatRecord {
    const record = this.records.get(chatId);
    if (record === undefined) throw new EngineError('CHAT_NOT_FOUND', { chatId });
    return record;
  }

  actorOf(chatId: string): ChatActor {
    this.refuseWhenMoved();
    this.recordOf(chatId);
    if (this.#options.isSealed()) throw new EngineError('SHUTTING_DOWN');
    const actor = this.#options.chatOf(chatId);
    const snapshot = actor?.getSnapshot();
    if (actor !== undefined && snapshot?.status === 'active' && !snapshot.matches('givenUp')) return actor;
    this.refuseWhenStopping();
    throw new EngineError('CHAT_FAILED', { chatId });
  }

  refuseWhenMoved(): void {
    const holder = this.#options.movedTo();
    if (holder !== null) throw new EngineError('WORKSPACE_MOVED', { owner: holder.owner });
  }

  refuseWhenStopping(): void {
    this.refuseWhenMoved();
    if (this.#options.isStopping() || this.#options.isSealed()) throw new EngineError('SHUTTING_DOWN');
  }

  refuseNewWork(): void {
    this.refuseWhenStopping();
    const { isStorageLow, storageTrouble } = this.#options.journal;
    if (isStorageLow) throw new EngineError('STORAGE_FULL', storageTrouble);
  }
}
