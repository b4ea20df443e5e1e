/** So many letters may be wrong, missing or too many. */
const MISTAKES_MAX = 2;

/** The known key that somebody most likely meant; undefined for a key that is known, and for one of somebody else's. */
export function nearKey(key: string, known: readonly string[]): string | undefined {
  if (known.includes(key)) return undefined;
  const near = known
    .map((candidate) => ({ candidate, mistakes: mistakesBetween(plain(key), plain(candidate)) }))
    .toSorted((one, other) => one.mistakes - other.mistakes)[0];
  return near !== undefined && near.mistakes <= MISTAKES_MAX ? near.candidate : undefined;
}

function plain(key: string): string {
  return key.toLowerCase().replaceAll(/[-_\s]/g, '');
}

/** The edit distance. */
function mistakesBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(one).entries()) {
    const next = [index + 1];
    for (const [at, wanted] of Array.from(other).entries()) {
      const replaced = (row[at] ?? 0) + (letter === wanted ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
