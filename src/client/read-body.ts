/**
 * The pieces of an answer as they come. Leaving it closes the connection; so does the signal, whose reason it throws.
 * Node's `fetch` cannot be trusted with that: once the head of an answer is there, it may forget its signal when garbage
 * is collected.
 */
export async function* readBody(
  { body }: Response,
  signal: AbortSignal | null | undefined,
): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  const stop = () => void reader.cancel(signal?.reason).catch(() => undefined); // it was broken already
  signal?.addEventListener('abort', stop);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}

/** All of an answer. */
export async function readText(response: Response, signal: AbortSignal | null | undefined): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of readBody(response, signal)) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}
