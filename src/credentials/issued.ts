import type { ClaudeCredential, CodexCredential } from '../contract/monolith.ts';

/** What the control plane says of a login of Claude Code; its `refreshToken` is not for this machine. */
export type ClaudeOauth = Omit<Extract<ClaudeCredential, { type: 'oauth' }>['claudeAiOauth'], 'expiresAt'> & {
  /** Milliseconds since 1970. */
  expiresAt: number;
};

export type CodexOauth = Pick<Extract<CodexCredential, { type: 'oauth' }>, 'tokens' | 'last_refresh'>;

/** What is in place once it is kept: its kind, and when it ends if that is known. */
export interface Kept {
  source: string;
  /** Milliseconds since 1970. */
  expiresAt: number | null;
}

/** Milliseconds since 1970, of a time in either of the forms that the control plane may send. */
export function toTime(expiry: string | number): number {
  return typeof expiry === 'number' ? expiry : Date.parse(expiry);
}
