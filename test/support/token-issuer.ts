import { randomUUID } from 'node:crypto';
import { generateSecret, jwtVerify, SignJWT } from 'jose';

export interface TokenIssuer {
  /** A signed token that is good for an hour, or for as many seconds as said. */
  mint(claims?: Record<string, unknown>, seconds?: number): Promise<string>;
  /** Refuses the token from now on, before it expires. */
  revoke(token: string): void;
  /** Whether the token is signed, not expired and not revoked. */
  takes(token: string): Promise<boolean>;
}

/** Signs and checks tokens like the issuer of an account does. */
export async function createTokenIssuer(now: () => Date = () => new Date()): Promise<TokenIssuer> {
  const secret = await generateSecret('HS256');
  const revoked = new Set<string>();
  const seconds = () => Math.floor(now().getTime() / 1000);
  return {
    mint: (claims = {}, lifetime = 3600) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .setJti(randomUUID())
        .setIssuedAt(seconds())
        .setExpirationTime(seconds() + lifetime)
        .sign(secret),
    revoke: (token) => void revoked.add(token),
    takes: async (token) => {
      if (revoked.has(token)) return false;
      const isGood = jwtVerify(token, secret, { currentDate: now() }).then(() => true);
      return isGood.catch(() => false);
    },
  };
}
