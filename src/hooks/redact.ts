const MASK = '[redacted]';
const MASK_BYTES = Buffer.from(MASK);
const NEWLINE = 10;

/** The text without the secrets. */
export function redactText(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, MASK), text);
}

/** Whole lines without the secrets, in pieces that follow one another, as those do that come in. */
export function redactLines(pieces: readonly Buffer[], secrets: readonly string[]): readonly Buffer[] {
  if (secrets.length === 0) return pieces;
  return secrets.reduce(
    (shown, secret) => shown.flatMap((piece) => without(piece, Buffer.from(secret))),
    joined(pieces),
  );
}

/** A line that is spread over two pieces is put together; the rest stays where it is. */
function joined([first = Buffer.alloc(0), second, ...rest]: readonly Buffer[]): Buffer[] {
  if (second === undefined || first.length === 0) return second === undefined ? [first] : [second, ...rest];
  const end = second.indexOf(NEWLINE) + 1 || second.length;
  return [Buffer.concat([first, second.subarray(0, end)]), second.subarray(end), ...rest];
}

function without(piece: Buffer, secret: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = piece.indexOf(secret); at !== -1; at = piece.indexOf(secret, from)) {
    parts.push(piece.subarray(from, at), MASK_BYTES);
    from = at + secret.length;
  }
  return [...parts, piece.subarray(from)];
}
