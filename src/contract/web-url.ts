/** Spaces, controls and marks of direction make an address look like another one. */
const ADDRESS = /^https?:\/\/[^\s\p{C}]+$/iu;

/** Whether a text from outside may be offered as a link: an address of the web, without a login in it. */
export function isWebUrl(text: string): boolean {
  if (!ADDRESS.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

/** A part of a URL; as it stands there, when it is not percent-encoded UTF-8. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
