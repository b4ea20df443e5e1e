/** Longer lines are machine-made: nobody looks for a word in them. */
const LONGEST = 500;

/** Where in a line the words are that another line has not: from here to there. */
export type Marked = readonly [from: number, to: number];

/** What differs within lines of a diff that replace one another, by their indexes. */
export function changedWords(lines: readonly string[]): ReadonlyMap<number, Marked> {
  const marks = new Map<number, Marked>();
  for (let start = 0; start < lines.length;) {
    const middle = endOfRun(lines, start, '-');
    const end = endOfRun(lines, middle, '+');
    for (let index = 0; index < Math.min(middle - start, end - middle); index += 1) {
      const [removed, added] = [start + index, middle + index];
      const found = differenceOf(lines[removed]?.slice(1) ?? '', lines[added]?.slice(1) ?? '');
      if (found === null) continue;
      marks.set(removed, found[0]);
      marks.set(added, found[1]);
    }
    start = Math.max(end, start + 1);
  }
  return marks;
}

function endOfRun(lines: readonly string[], start: number, mark: '-' | '+'): number {
  let end = start;
  while (lines[end]?.startsWith(mark) && !lines[end]?.startsWith(mark.repeat(3))) end += 1;
  return end;
}

/** What stands between the words with which both lines begin and end, behind the mark; null when they share none. */
function differenceOf(before: string, after: string): [Marked, Marked] | null {
  if (Math.max(before.length, after.length) > LONGEST) return null;
  const [one, other] = [wordsIn(before), wordsIn(after)];
  const most = Math.min(one.length, other.length);
  let head = 0;
  while (head < most && one[head] === other[head]) head += 1;
  let tail = 0;
  while (tail < most - head && one.at(-1 - tail) === other.at(-1 - tail)) tail += 1;
  const from = lengthOf(one.slice(0, head));
  const shared = [...one.slice(0, head), ...one.slice(one.length - tail)];
  if (!shared.some((word) => word.trim() !== '')) return null;
  const end = lengthOf(one.slice(one.length - tail));
  return [
    [1 + from, 1 + before.length - end],
    [1 + from, 1 + after.length - end],
  ];
}

function wordsIn(line: string): readonly string[] {
  return line.match(/[\p{L}\p{N}_]+|./gsu) ?? [];
}

function lengthOf(words: readonly string[]): number {
  return words.join('').length;
}
