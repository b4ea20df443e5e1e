let format: Intl.ListFormat | undefined;

/** `a, b, or c`. What formats lists loads the tables of languages, 15 ms and 5 MiB: no start pays for that. */
export function oneOfThese(words: readonly string[]): string {
  format ??= new Intl.ListFormat('en', { type: 'disjunction' });
  return format.format(words);
}
