import type { ChatRecord } from '../../contract/records.ts';
import type { EngineStatus } from '../../contract/status.ts';
import type { Sayings } from './event-table.ts';

type Counts = Omit<EngineStatus, 'uptimeSeconds'>;

export interface CountersOptions {
  records: ReadonlyMap<string, ChatRecord>;
  /** What others count: clients of the stream, repositories, hooks, logins. */
  counted: () => Omit<Counts, 'chatsTotal' | 'chatsProcessing'>;
}

/** The engine's counters, and when they changed. */
export class Counters {
  readonly #options: CountersOptions;
  readonly #startedAt = performance.now();
  #announced = '';

  constructor(options: CountersOptions) {
    this.#options = options;
  }

  read(): EngineStatus {
    return { uptimeSeconds: Math.floor((performance.now() - this.#startedAt) / 1000), ...this.#count() };
  }

  /** What is to be said, if a counter changed since the last call. */
  readonly takeChange = (): Sayings['counters'] | undefined => {
    const counts = JSON.stringify(this.#count());
    if (counts === this.#announced) return undefined;
    this.#announced = counts;
    return { type: 'engine.status.changed', payload: { status: this.read() } };
  };

  #count(): Counts {
    const { records, counted } = this.#options;
    let chatsProcessing = 0;
    for (const { chat } of records.values()) if (chat.processing) chatsProcessing += 1;
    const { hasActiveSSHSessions, activeSseClients, reposTotal, hooksRunning } = counted();
    return {
      hasActiveSSHSessions,
      activeSseClients,
      chatsTotal: records.size,
      chatsProcessing,
      reposTotal,
      hooksRunning,
    };
  }
}
