import type { EngineEventBody } from '../contract/events.ts';
import type { Exposition, Gauges } from './exposition.ts';
import { observe } from './observe.ts';
import { RefreshTimes } from './refresh-times.ts';
import { Tally } from './tally.ts';

export interface MetricsPage {
  mediaType: string;
  text: string;
}

/** Counts what the engine says, and shows it to Prometheus. Its library is loaded when somebody first asks. */
export class Metrics {
  readonly #tally = new Tally();
  readonly #refreshes: RefreshTimes;
  #exposition: Promise<Exposition> | undefined;

  /** `now`: a monotonic clock, in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#refreshes = new RefreshTimes(this.#tally, now);
  }

  observe(events: readonly EngineEventBody[]): void {
    for (const event of events) {
      observe(this.#tally, event);
      this.#refreshes.observe(event);
    }
  }

  /** Times how long a message takes to be accepted; refusals are not counted. */
  async timeAccept<Receipt>(work: Promise<Receipt>): Promise<Receipt> {
    const startedAt = performance.now();
    const receipt = await work;
    this.#tally.time('accept_seconds', (performance.now() - startedAt) / 1_000);
    return receipt;
  }

  async read({ gauges, version }: { gauges: Gauges; version: string }): Promise<MetricsPage> {
    this.#exposition ??= import('./exposition.ts').then(
      ({ Exposition: Page }) => new Page({ tally: this.#tally, gauges, version }),
    );
    const exposition = await this.#exposition;
    return { mediaType: exposition.mediaType, text: await exposition.render() };
  }
}
