/** The password of a URL; as it stands there, when it is not percent-encoded UTF-8. */
export function passwordOf({ password }: URL): string {
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}
