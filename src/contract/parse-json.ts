/** The value that a text is the JSON of; undefined, which no schema accepts, when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
