/** `fetch` over a connection of its own: one that is kept may be closed by the engine just when it is used again. */
export function fetchOnce(
  url: string,
  options: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
) {
  return fetch(url, { ...options, headers: { ...options.headers, connection: 'close' } });
}
