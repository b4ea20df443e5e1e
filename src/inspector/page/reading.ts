/** A snapshot that events say has changed, but not how. What cannot be read stays as it was. */
export class Reading<Value> {
  readonly #read: () => Promise<Value>;
  readonly #onChange: () => void;
  #last: Promise<unknown> = Promise.resolve();
  /** One that has not begun. */
  #asked: Promise<boolean> | null = null;
  value: Value;
  /** It could not be read. */
  isMissed = false;

  constructor(initial: Value, { read, onChange }: { read: () => Promise<Value>; onChange: () => void }) {
    this.value = initial;
    this.#read = read;
    this.#onChange = onChange;
  }

  /** Reads it anew; however often it is asked for meanwhile, once more behind that. */
  refresh(): Promise<boolean> {
    this.#asked ??= this.change(() => {
      this.#asked = null;
      return this.#read();
    });
    return this.#asked;
  }

  /** Something that answers with the whole of it, once what was begun before is over: no answer overtakes another. */
  change(act: () => Promise<Value>): Promise<boolean> {
    const changing = this.#last.then(act).then(
      (value) => this.#note({ value }),
      () => this.#note(null),
    );
    this.#last = changing;
    return changing;
  }

  #note(answer: { value: Value } | null): boolean {
    if (answer !== null) this.value = answer.value;
    this.isMissed = answer === null;
    this.#onChange();
    return !this.isMissed;
  }
}
