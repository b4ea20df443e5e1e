import { useEffect, useState } from 'preact/hooks';

/** State that changes at any rate and is looked at once per frame of the screen. */
export class Store<State extends object> {
  #state: State;
  #isScheduled = false;
  readonly #listeners = new Set<() => void>();

  constructor(state: State) {
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  update(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    this.touch();
  }

  /** Something within the state changed in place. */
  touch(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      for (const listener of this.#listeners) listener();
    });
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
  useEffect(() => {
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
