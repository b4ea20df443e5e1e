/** The paths that hold these letters in their order, whatever their case: those that hold them together, and in their file's name, first. */
export function rankNames(paths: readonly string[], letters: string): string[] {
  const wanted = letters.toLowerCase();
  const found = paths.flatMap((path) => {
    const rank = rankOf(path.toLowerCase(), wanted);
    return rank === null ? [] : [{ path, rank }];
  });
  return found.toSorted(before).map(({ path }) => path);
}

interface Ranked {
  path: string;
  rank: number;
}

function before(one: Ranked, other: Ranked): number {
  return one.rank - other.rank || one.path.length - other.path.length || (one.path < other.path ? -1 : 1);
}

function rankOf(path: string, wanted: string): number | null {
  const file = path.slice(path.lastIndexOf('/') + 1);
  if (file.startsWith(wanted)) return 0;
  if (file.includes(wanted)) return 1;
  if (path.includes(wanted)) return 2;
  return holdsInOrder(path, wanted) ? 3 : null;
}

function holdsInOrder(path: string, wanted: string): boolean {
  let from = 0;
  for (const letter of wanted) {
    const at = path.indexOf(letter, from);
    if (at < 0) return false;
    from = at + letter.length;
  }
  return true;
}
