/** A session that comes to rest without saying so ends its turn this long after the result. */
const GRACE_MS = 500;

/** Runs once, unless the session says in time that it rests. */
export class EndGrace {
  readonly #onOver: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(onOver: () => void) {
    this.#onOver = onOver;
  }

  begin(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#onOver();
    }, GRACE_MS);
  }

  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
