/** A promise that others settle. */
export function createDeferred<Value = void>() {
  let resolve!: (value: Value) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<Value>((fulfil, refuse) => ([resolve, reject] = [fulfil, refuse]));
  return { promise, resolve, reject };
}

export type Deferred<Value> = ReturnType<typeof createDeferred<Value>>;
