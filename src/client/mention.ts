/** How a file is named in a message: behind an `@`, in quotation marks where its path has spaces. */
const MENTION = /(?<=^|\s)@([^\s"@]*)$/;

/** The letters of a file's path that a text ends with; null when it names none. */
export function mentionIn(text: string): string | null {
  return MENTION.exec(text)?.[1] ?? null;
}

/** The text with the file that was meant. */
export function withMention(text: string, path: string): string {
  return text.replace(MENTION, () => `@${/\s/.test(path) ? `"${path}"` : path} `);
}
