import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { AnyStateNode, InspectionEvent } from 'xstate';
import { entriesOf } from './state-names.ts';
import { createTransitionCoverage } from './transition-coverage.ts';

type Inspect = (event: InspectionEvent) => void;

interface Harness<Event> {
  take(...steps: (Event | number)[]): void;
}

interface Parts<State extends string, Key extends string, Event, Started extends Harness<Event>> {
  start: (inspect: Inspect | undefined, state: State) => Started;
  stateOf: (harness: Started) => State;
  /** How each state is reached. */
  routes: Record<State, (Event | number)[]>;
  events: Record<Key, Event | number>;
  /** Where what happens leads from each state; what is left out leads nowhere. */
  moves: Record<State, Partial<Record<Key, State>>>;
  /** What comes of actors that run only where it is among the moves: elsewhere it has no addressee, and cannot happen. */
  ends?: readonly Key[];
}

/** A machine as its states × what may happen. A new state or event does not compile until it is in here. */
export class StateMatrix<State extends string, Key extends string, Event, Started extends Harness<Event>> {
  readonly #parts: Parts<State, Key, Event, Started>;

  constructor(parts: Parts<State, Key, Event, Started>) {
    this.#parts = parts;
  }

  describe(title: string): void {
    // XState warns of events to a machine that is over; they are sent on purpose.
    beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => undefined));

    describe(title, () => {
      for (const { from, key, to } of this.#cells()) {
        it(`${from} × ${key} → ${to}`, () => {
          const harness = this.#startIn(from);

          harness.take(this.#parts.events[key]);

          expect(this.#parts.stateOf(harness)).toBe(to);
        });
      }
    });
  }

  /** `limits`: where each state leads when nothing happens for so many milliseconds; null: nowhere. */
  describeLeftAlone(title: string, limits: Record<State, [number, State] | null>): void {
    const { stateOf } = this.#parts;
    describe(title, () => {
      for (const [from, end] of entriesOf(limits)) {
        const [limit, to] = end ?? [86_400_000, from];
        it(`${from} after ${limit} ms → ${to}`, () => {
          const harness = this.#startIn(from);

          harness.take(limit - 1);
          expect(stateOf(harness)).toBe(from);
          harness.take(1);

          expect(stateOf(harness)).toBe(to);
        });
      }
    });
  }

  /** Transitions of the machine that are taken neither here nor by what happens in some states `besides`. */
  untaken(root: AnyStateNode, besides: [State, (Event | number)[]][] = []): string[] {
    const { inspect, missing } = createTransitionCoverage(root);
    for (const { from, key } of this.#cells()) this.#startIn(from, inspect).take(this.#parts.events[key]);
    for (const [from, steps] of besides) this.#startIn(from, inspect).take(...steps);
    return missing();
  }

  #startIn(state: State, inspect?: Inspect): Started {
    const { start, stateOf, routes } = this.#parts;
    const harness = start(inspect, state);
    harness.take(...routes[state]);
    expect(stateOf(harness)).toBe(state);
    return harness;
  }

  #cells() {
    const { events, moves, ends = [] } = this.#parts;
    const keys = Object.keys(events) as Key[];
    return entriesOf(moves).flatMap(([from, row]) =>
      keys
        .filter((key) => key in row || !ends.includes(key))
        .map((key) => ({ from, key, to: row[key] ?? from })),
    );
  }
}
