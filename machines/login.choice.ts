/** Which of the logins there are is used. */

/** A login, as one is told from another without showing its secret. */
export interface KnownLogin {
  kind: 'oauth' | 'apiKey' | 'bedrock';
  /** Of its secret. */
  sha256: string;
  /** It reaches an agent through its environment. */
  hasEnvironment: boolean;
}

/** The first that was not refused; when all were, the first again: it may have been mended. */
export function loginInUse<Login extends Pick<KnownLogin, 'sha256'>>(
  logins: readonly Login[],
  refused: readonly string[],
): Login | undefined {
  return logins.find(({ sha256 }) => !refused.includes(sha256)) ?? logins[0];
}
