import type { CredentialProvider } from '../contract/credentials.ts';
import type { EngineEventBody } from '../contract/events.ts';
import type { Tally } from './tally.ts';

/** Times each refresh by what is said of it: from `refreshing` to the state that follows. */
export class RefreshTimes {
  readonly #tally: Tally;
  readonly #now: () => number;
  readonly #startedAt = new Map<CredentialProvider, number>();

  /** `now`: a monotonic clock, in milliseconds. */
  constructor(tally: Tally, now: () => number) {
    this.#tally = tally;
    this.#now = now;
  }

  observe({ type, payload }: EngineEventBody): void {
    if (type !== 'credentials.changed') return;
    const { provider, state } = payload;
    const startedAt = this.#startedAt.get(provider);
    this.#startedAt.delete(provider);
    if (state === 'refreshing') this.#startedAt.set(provider, this.#now());
    else if (startedAt !== undefined) this.#time((this.#now() - startedAt) / 1_000, { provider, state });
  }

  #time(seconds: number, labels: { provider: CredentialProvider; state: string }): void {
    this.#tally.time('credential_refresh_seconds', seconds, labels);
  }
}
