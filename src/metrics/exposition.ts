import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { COUNTERS, TIMERS, type CounterName, type Labels, type Tally, type TimerName } from './tally.ts';

/** What is looked up when somebody asks, by the name of its metric: a number, or one for each of some labels. */
export type Gauges = Readonly<Record<string, GaugeSource>>;

export interface GaugeSource {
  help: string;
  labelNames?: string[];
  read: () => number | readonly LabelledCount[];
}

export interface LabelledCount {
  labels: Labels;
  count: number;
}

export interface ExpositionOptions {
  tally: Tally;
  gauges: Gauges;
  version: string;
}

const PREFIX = 'replicas_';

/** The tally and the gauges in the text format of Prometheus, with what Node.js says of itself. */
export class Exposition {
  readonly #registry = new Registry();
  readonly #tally: Tally;
  readonly #counters: ReadonlyMap<CounterName, Counter>;
  readonly #timers: ReadonlyMap<TimerName, Histogram>;

  constructor({ tally, gauges, version }: ExpositionOptions) {
    this.#tally = tally;
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#counters = byName(COUNTERS, (name, { help, labels }) => {
      return new Counter({ name: PREFIX + name, help, labelNames: [...labels], registers });
    });
    this.#timers = byName(TIMERS, (name, { help, labels, buckets }) => {
      const shape = { labelNames: [...labels], buckets: [...buckets] };
      return new Histogram({ name: PREFIX + name, help, ...shape, registers });
    });
    for (const [name, { help, labelNames = [], read }] of Object.entries(gauges)) {
      const collect = () => set(gauge, read());
      const gauge: Gauge = new Gauge({ name: PREFIX + name, help, labelNames, registers, collect });
    }
    const about = { name: `${PREFIX}engine_info`, help: 'The version of the engine.', registers };
    new Gauge({ ...about, labelNames: ['version'] }).set({ version }, 1);
  }

  get mediaType(): string {
    return this.#registry.contentType;
  }

  async render(): Promise<string> {
    for (const counter of this.#counters.values()) counter.reset();
    for (const { name, labels, count } of this.#tally.counts) this.#counters.get(name)?.inc(labels, count);
    for (const { name, labels, seconds } of this.#tally.takeDurations()) {
      for (const duration of seconds) this.#timers.get(name)?.observe(labels, duration);
    }
    return this.#registry.metrics();
  }
}

function set(gauge: Gauge, value: number | readonly LabelledCount[]): void {
  if (typeof value === 'number') return gauge.set(value);
  gauge.reset();
  for (const { labels, count } of value) gauge.inc(labels, count);
}

function byName<Name extends string, Definition, Metric>(
  definitions: Readonly<Record<Name, Definition>>,
  create: (name: Name, definition: Definition) => Metric,
): Map<Name, Metric> {
  const entries = Object.entries(definitions) as [Name, Definition][];
  return new Map(entries.map(([name, definition]) => [name, create(name, definition)]));
}
