/** One word of a shell: pieces in single quotes, in double quotes, escaped, or bare. */
const PIECES = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/y;
const SHELL = /^\S*\b(?:ba|z|da)?sh -l?c /;

/** The command that the model asked for: Codex runs it through a shell, and prints the whole call of that shell. */
export function unwrapShell(command: string): string {
  const call = SHELL.exec(command);
  if (call === null) return command;
  return wordOf(command.slice(call[0].length)) ?? command;
}

/** Null when the text is not exactly one word. */
function wordOf(text: string): string | null {
  const pieces = new RegExp(PIECES);
  let word = '';
  while (pieces.lastIndex < text.length) {
    const piece = pieces.exec(text);
    if (piece === null) return null;
    const [, single, double, escaped, bare] = piece;
    word += single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? bare ?? '';
  }
  return word;
}
