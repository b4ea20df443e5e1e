interface FileDiff {
  name: string;
  added: number;
  removed: number;
  text: string;
}

/** The parts of a diff, one for each file. */
export function filesIn(diff: string): FileDiff[] {
  return diff.split(/^(?=diff --git )/m).map((text) => ({
    name: nameIn(text) ?? 'changes',
    added: text.match(/^\+(?!\+\+ )/gm)?.length ?? 0,
    removed: text.match(/^-(?!-- )/gm)?.length ?? 0,
    // Its head says again what is above it.
    text: text.slice(Math.max(0, text.search(/^@@ /m))).replace(/\n$/, ''),
  }));
}

/** Both names in the first line may have spaces: it is the one that stands there twice, or else the last one. */
function nameIn(text: string): string | undefined {
  const [, same, other] = /^diff --git (?:a\/(.*) b\/\1|.* "?b\/(.*?)"?)$/m.exec(text) ?? [];
  return same ?? other;
}
