/** Between turns nothing says where a message ends: it is taken as whole when nothing follows for so long. */
const SILENCE_MS = 1_000;

export class SpeechTimer {
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
  }

  /** Begins anew with each chunk. */
  begin(): void {
    this.cancel();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#onSilence();
    }, SILENCE_MS).unref();
  }

  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
