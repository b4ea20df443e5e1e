/**
 * Characters that cannot be seen, or that reorder or hide others: controls except tab and newline, marks of direction,
 * invisible spaces and fillers, separators, halves of a pair.
 */
const HIDDEN =
  /(?![\t\n]|\p{Join_Control}|\p{Variation_Selector})[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufff9-\ufffb]/gu;

/** Joiners and variants where no script and no emoji needs them: behind ASCII, behind each other. */
const NEEDLESS =
  /(?<=[ -~]|\p{Join_Control})\p{Join_Control}|(?<=\p{Join_Control}|\p{Variation_Selector})\p{Variation_Selector}/gu;

/** Text as it is: what cannot be seen is named, `␛` for an escape, `⟨U+202E⟩` for an override of direction. */
export function toPlainText(text: string): string {
  return text.replaceAll(HIDDEN, nameOf).replaceAll(NEEDLESS, nameOf);
}

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '␡' : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** The first characters of a text, no pair cut in half. */
export function beginningOf(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const last = text.charCodeAt(characters - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? characters - 1 : characters);
}
