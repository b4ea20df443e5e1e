import type { SimulatedClock } from 'xstate';

/** What is said to an actor, one after the other; for a number, so many milliseconds pass. */
export function takes<Event>(actor: { send(event: Event): void }, clock: SimulatedClock) {
  return (...steps: (Event | number)[]): void => {
    for (const step of steps) {
      if (typeof step === 'number') clock.increment(step);
      else actor.send(step);
    }
  };
}

/** The way that was gone, in words. */
export function routeOf(steps: readonly ({ type: string } | number)[]): string {
  return steps.map((step) => (typeof step === 'number' ? `${step} ms` : step.type)).join(' → ');
}

/** Every sequence of so many of these. */
export function sequencesOf<Item>(items: readonly Item[], length: number): Item[][] {
  if (length === 0) return [[]];
  return sequencesOf(items, length - 1).flatMap((rest) => items.map((item) => [...rest, item]));
}
