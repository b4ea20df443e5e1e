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

  /** The same, with the id of the last event before it. */
  snapshot<Answer extends object>(answer: Answer): Promise<Answer & { lastEventId: string }> {
    return this.committed({ ...answer, lastEventId: this.headId });
  }

  recordOf(chatId: string): ChatRecord {
    const record = this.records.get(chatId);
    if (record === undefined) throw new EngineError('CHAT_NOT_FOUND', { chatId });
    return record;
  }

  actorOf(chatId: string): ChatActor {
    this.recordOf(chatId);
    const actor = this.#options.chatOf(chatId);
    const snapshot = actor?.getSnapshot();
    if (actor !== undefined && snapshot?.status === 'active' && !snapshot.matches('givenUp')) return actor;
    this.refuseWhenStopping();
    throw new EngineError('CHAT_FAILED', { chatId });
  }

  refuseWhenStopping(): void {
    if (this.#options.isStopping()) throw new EngineError('SHUTTING_DOWN');
  }

  refuseNewWork(): void {
    this.refuseWhenStopping();
    if (this.#options.journal.isStorageLow) throw new EngineError('STORAGE_FULL');
  }
}
