import { setImmediate } from 'node:timers/promises';

const PIECE_CHARACTERS = 256 * 1024;

/** A value as JSON in pieces, others getting their turn in between: for texts of megabytes, which take long to write. */
export async function* jsonPieces(value: unknown): AsyncGenerator<string> {
  if (typeof value === 'string') yield* textPieces(value);
  else if (Array.isArray(value)) yield* listPieces(value);
  else if (typeof value === 'object' && value !== null) yield* objectPieces(value);
  else yield JSON.stringify(value);
}

async function* textPieces(text: string): AsyncGenerator<string> {
  if (text.length <= PIECE_CHARACTERS) return yield JSON.stringify(text);
  yield '"';
  for (let start = 0; start < text.length; start += PIECE_CHARACTERS) {
    await setImmediate();
    yield JSON.stringify(text.slice(start, start + PIECE_CHARACTERS)).slice(1, -1);
  }
  yield '"';
}

async function* listPieces(values: readonly unknown[]): AsyncGenerator<string> {
  yield '[';
  for (const [index, value] of values.entries()) {
    if (index > 0) yield ',';
    yield* jsonPieces(value);
  }
  yield ']';
}

async function* objectPieces(value: object): AsyncGenerator<string> {
  let separator = '{';
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    yield `${separator}${JSON.stringify(key)}:`;
    yield* jsonPieces(inner);
    separator = ',';
  }
  yield separator === '{' ? '{}' : '}';
}
