/** A snapshot that events say has changed, but not how. What cannot be read stays as it was. */
export class Reading<Value> {
  readonly #read: () => Promise<Value>;
  readonly #onChange: () => void;
  #state: 'resting' | 'reading' | 'again' = 'resting';
  value: Value;
  /** It could not be read. */
  isMissed = false;

  constructor(initial: Value, { read, onChange }: { read: () => Promise<Value>; onChange: () => void }) {
    this.value = initial;
    this.#read = read;
    this.#onChange = onChange;
  }

  /** Reads it anew; however often it is asked for meanwhile, once more behind that. */
  async refresh(): Promise<void> {
    if (this.#state !== 'resting') return void (this.#state = 'again');
    do {
      this.#state = 'reading';
      await this.take(this.#read());
    } while (this.#isAskedAgain());
    this.#state = 'resting';
  }

  /** The answer to a change that has the whole of it. */
  async take(answer: Promise<Value>): Promise<void> {
    try {
      this.value = await answer;
      this.isMissed = false;
    } catch {
      this.isMissed = true;
    }
    this.#onChange();
  }

  #isAskedAgain(): boolean {
    return this.#state === 'again';
  }
}
