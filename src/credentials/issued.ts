import { decodeJwt } from 'jose';
import { EpochSecondsSchema } from '../contract/bounds.ts';
import type { ClaudeCredential, CodexCredential } from '../contract/monolith.ts';

/** What the control plane says of a login of Claude Code; its `refreshToken` is not for this machine. */
export type ClaudeOauth = Omit<Extract<ClaudeCredential, { type: 'oauth' }>['claudeAiOauth'], 'expiresAt'> & {
  /** Milliseconds since 1970. */
  expiresAt: number;
};

export type CodexOauth = Pick<Extract<CodexCredential, { type: 'oauth' }>, 'tokens' | 'last_refresh'>;

/** Milliseconds since 1970, of a time in either of the forms that the control plane may send. */
export function toTime(expiry: string | number): number {
  return typeof expiry === 'number' ? expiry : Date.parse(expiry);
}

/** Milliseconds since 1970; null if it does not say. */
export function expiryOfClaude(credential: ClaudeCredential): number | null {
  if (credential.type === 'oauth') return toTime(credential.claudeAiOauth.expiresAt);
  const expiresAt = credential.type === 'bedrock' ? credential.expiresAt : undefined;
  return expiresAt === undefined ? null : toTime(expiresAt);
}

/** Of a JSON Web Token; null if it is none, or does not say. */
export function expiryOfJwt(token: string): number | null {
  try {
    const { exp } = decodeJwt(token);
    return EpochSecondsSchema.safeParse(exp).data === undefined ? null : Number(exp) * 1000;
  } catch {
    return null;
  }
}
