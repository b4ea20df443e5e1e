const MASK = '[redacted]';
const MASK_BYTES = Buffer.from(MASK);
const NEWLINE = 10;

export function redactText(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, MASK), text);
}

/** Whole lines without the secrets, in pieces that follow one another, as those do that come in. */
export function redactLines(pieces: readonly Buffer[], secrets: readonly string[]): readonly Buffer[] {
  if (secrets.length === 0) return pieces;
  return masked(joined(pieces), secrets);
}

/**
 * How much of the beginning of a line can be shown while more of it is to come: no secret may begin before that and
 * go on behind it.
 */
export function uncutLength(line: Buffer, secrets: readonly string[]): number {
  const longest = secrets.reduce((length, secret) => Math.max(length, Buffer.byteLength(secret)), 1);
  const known = Math.max(0, line.length - (longest - 1));
  const shown = masked([line], secrets).filter((part) => part !== MASK_BYTES);
  const last = shown.findLast((part) => part.byteOffset - line.byteOffset <= known) ?? line;
  return Math.min(known, last.byteOffset - line.byteOffset + last.length);
}

/** A line that is spread over two pieces is put together; the rest stays where it is. */
function joined([first = Buffer.alloc(0), second, ...rest]: readonly Buffer[]): Buffer[] {
  if (second === undefined || first.length === 0) return second === undefined ? [first] : [second, ...rest];
  const end = second.indexOf(NEWLINE) + 1 || second.length;
  return [Buffer.concat([first, second.subarray(0, end)]), second.subarray(end), ...rest];
}

function masked(pieces: readonly Buffer[], secrets: readonly string[]): readonly Buffer[] {
  return secrets.reduce((shown, secret) => {
    const bytes = Buffer.from(secret);
    return shown.flatMap((piece) => (piece === MASK_BYTES ? [piece] : without(piece, bytes)));
  }, pieces);
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
