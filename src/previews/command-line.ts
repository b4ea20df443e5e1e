const SHOWN_CHARACTERS = 200;
const TELLING = /secret|token|passw|credential|key|auth/i;
const MASK = '[redacted]';

/** A command as people would type it, without what its options call a secret. */
export function toCommandLine(words: readonly string[]): string {
  const shown = words.map((word, index) => {
    const [name, value] = cutAt(word);
    if (value !== undefined && TELLING.test(name)) return `${name}=${MASK}`;
    const before = words[index - 1] ?? '';
    return before.startsWith('-') && !before.includes('=') && TELLING.test(before) ? MASK : word;
  });
  const line = shown.join(' ').replaceAll(/\s+/g, ' ');
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS - 1)}…` : line;
}

function cutAt(word: string): [string, string?] {
  const at = word.indexOf('=');
  return at === -1 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}
