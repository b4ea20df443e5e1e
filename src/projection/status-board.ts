import type { EngineEventBody } from '../contract/events.ts';
import type { ChatRecord } from '../contract/records.ts';
import type { EngineStatus } from '../contract/status.ts';

type Counters = Omit<EngineStatus, 'uptimeSeconds'>;

export interface StatusBoardOptions {
  records: ReadonlyMap<string, ChatRecord>;
  /** What others count: clients of the stream, repositories, hooks, logins. */
  counted: () => Omit<Counters, 'chatsTotal' | 'chatsProcessing'>;
}

/** The engine's counters, and when they changed. */
export class StatusBoard {
  readonly #options: StatusBoardOptions;
  readonly #startedAt = performance.now();
  #announced = '';

  constructor(options: StatusBoardOptions) {
    this.#options = options;
  }

  read(): EngineStatus {
    return { uptimeSeconds: Math.floor((performance.now() - this.#startedAt) / 1000), ...this.#count() };
  }

  /** The event that is due, if a counter changed since the last call. */
  readonly takeChange = (): EngineEventBody<'engine.status.changed'> | undefined => {
    const counters = JSON.stringify(this.#count());
    if (counters === this.#announced) return undefined;
    this.#announced = counters;
    return { type: 'engine.status.changed', payload: { status: this.read() } };
  };

  #count(): Counters {
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
