/** What `look` saw, looked up again only after `milliseconds`: for counters that are read at every step. */
export function rememberBriefly<Value>(look: () => Value, milliseconds: number): () => Value {
  let seen: { value: Value; at: number } | undefined;
  return () => {
    const now = performance.now();
    if (seen === undefined || now - seen.at >= milliseconds) seen = { value: look(), at: now };
    return seen.value;
  };
}
