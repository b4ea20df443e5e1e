import { useLayoutEffect, useState } from 'preact/hooks';

/** As often as eyes can follow a list; what is between belongs to scrolling, typing and animations. */
const PAUSE_MS = 20;
/** A tab that nobody sees has no frames, and tells in its title what happened all the same. */
const FRAMELESS_MS = 500;

/** State that changes at any rate, and what people do with it. */
export class Store<State extends object> {
  #state: State;
  #isScheduled = false;
  #lastTold = 0;
  readonly #listeners = new Set<() => void>();

  constructor(state: State) {
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  /** What a person does is drawn before whatever they do next, on the slowest machine: that is meant for what they see by then. */
  update(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    this.#tell();
  }

  /** What happens by itself is told in a frame of the screen, with a pause before the next. */
  take(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    this.touch();
  }

  /** Something within the state changed in place. */
  touch(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const wait = this.#lastTold + PAUSE_MS - performance.now();
    if (wait <= 0) requestAnimationFrame(() => this.#tell());
    else setTimeout(() => requestAnimationFrame(() => this.#tell()), wait);
    setTimeout(() => this.#isScheduled && this.#tell(), FRAMELESS_MS);
  }

  #tell(): void {
    this.#isScheduled = false;
    for (const listener of this.#listeners) listener();
    this.#lastTold = performance.now();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** What `select` finds in the store; its component is drawn anew when that is another value. */
export function useStore<State extends object, Value>(
  store: Store<State>,
  select: (state: State) => Value,
): Value {
  const [, redraw] = useState(0);
  const value = select(store.state);
  useLayoutEffect(() => {
    let shown = value;
    const look = () => {
      const found = select(store.state);
      if (Object.is(found, shown)) return;
      shown = found;
      redraw((count) => count + 1);
    };
    look();
    return store.subscribe(look);
  });
  return value;
}
