import { sum as add } from '../../machines/chat.usage.ts';

/** What is counted, with the names of its labels. None of them names a chat: there may be any number of those. */
export const COUNTERS = {
  messages_accepted_total: { help: 'Messages that were accepted.', labels: [] },
  messages_dropped_total: { help: 'Accepted messages that never started, by why.', labels: ['reason'] },
  turns_total: { help: 'Turns that ended, by how.', labels: ['outcome'] },
  tokens_total: { help: 'Tokens that models took and gave, by kind.', labels: ['kind'] },
  cost_usd_total: { help: 'What that cost in US dollars, as far as agents tell it.', labels: [] },
  requests_total: {
    help: 'Permissions, questions, plans and budgets, by what became of them.',
    labels: ['outcome'],
  },
  hook_runs_total: { help: 'Runs of hooks that ended, by how.', labels: ['outcome'] },
  hook_commands_total: { help: 'Commands of hooks that ended, by how.', labels: ['outcome'] },
  credential_states_total: {
    help: 'How often a credential came into a state: `fresh` after each refresh.',
    labels: ['provider', 'state'],
  },
  errors_total: { help: 'Events of type `error`, by code.', labels: ['code'] },
} as const;

/** What is timed, in seconds, with the names of its labels and the bounds of its buckets. */
export const TIMERS = {
  accept_seconds: {
    help: 'From the arrival of a message to its answer, when it is on disk.',
    labels: [],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  turn_seconds: {
    help: 'From the start of a turn to its end.',
    labels: [],
    buckets: [1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600],
  },
  credential_refresh_seconds: {
    help: 'From asking for a credential to the state that follows: `fresh` when another one is in place.',
    labels: ['provider', 'state'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  },
} as const;

export type CounterName = keyof typeof COUNTERS;
export type TimerName = keyof typeof TIMERS;
export type Labels = Readonly<Record<string, string>>;

/** Durations of one kind that are kept until somebody looks; of more than that the first are forgotten. */
const KEPT_DURATIONS = 10_000;

interface Durations {
  name: TimerName;
  labels: Labels;
  seconds: number[];
}

/** Counts and times cheaply until somebody asks for metrics. */
export class Tally {
  readonly #counts = new Map<string, { name: CounterName; labels: Labels; count: number }>();
  readonly #durations = new Map<string, Durations>();

  count(name: CounterName, labels: Labels = {}, by = 1): void {
    const key = keyOf(name, labels);
    const entry = this.#counts.get(key) ?? { name, labels, count: 0 };
    entry.count = add(entry.count, by);
    this.#counts.set(key, entry);
  }

  time(name: TimerName, seconds: number, labels: Labels = {}): void {
    const key = keyOf(name, labels);
    const durations = this.#durations.get(key) ?? { name, labels, seconds: [] };
    durations.seconds.push(seconds);
    if (durations.seconds.length > KEPT_DURATIONS) durations.seconds.shift();
    this.#durations.set(key, durations);
  }

  get counts() {
    return [...this.#counts.values()];
  }

  /** The durations since the last call. */
  takeDurations(): Durations[] {
    const taken = [...this.#durations.values()];
    this.#durations.clear();
    return taken;
  }
}

function keyOf(name: string, labels: Labels): string {
  return `${name} ${Object.values(labels).join(' ')}`;
}
