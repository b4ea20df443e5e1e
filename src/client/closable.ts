/** Why an iteration ends that was closed while it waited. */
const CLOSED = new Error('The iteration was closed.');

/** An iteration whose `return` also ends what it waits for; that of a generator alone would wait for it. */
export function closable<Value>(
  outer: AbortSignal | undefined,
  iterate: (signal: AbortSignal) => AsyncGenerator<Value>,
): AsyncGenerator<Value> {
  const closing = new AbortController();
  const values = guarded(iterate, { closing, outer });
  const leave = values.return.bind(values);
  values.return = (value) => {
    closing.abort(CLOSED);
    return leave(value);
  };
  return values;
}

async function* guarded<Value>(
  iterate: (signal: AbortSignal) => AsyncGenerator<Value>,
  { closing, outer }: { closing: AbortController; outer: AbortSignal | undefined },
): AsyncGenerator<Value> {
  const stop = () => closing.abort(outer?.reason);
  outer?.throwIfAborted();
  outer?.addEventListener('abort', stop);
  try {
    yield* iterate(closing.signal);
  } catch (error) {
    if (error !== CLOSED) throw error;
  } finally {
    outer?.removeEventListener('abort', stop);
  }
}
