/** Lone surrogates and NUL would poison an agent's transcript for ever, and no command line can hold NUL. */
export function repairText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
