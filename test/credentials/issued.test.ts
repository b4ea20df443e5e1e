import { UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { expiryOfClaude, expiryOfJwt } from '../../src/credentials/issued.ts';

describe('the end of a login of Claude Code', () => {
  const oauth = (expiresAt: string | number) =>
    expiryOfClaude({ type: 'oauth', claudeAiOauth: { accessToken: 'a', expiresAt, scopes: [] } });

  it('is a number or a text', () => {
    expect(oauth(7)).toBe(7);
    expect(oauth('2026-11-22T12:00:00+02:00')).toBe(Date.parse('2026-11-22T10:00:00Z'));
  });

  it('is not known of a key', () => {
    expect(expiryOfClaude({ type: 'apiKey', apiKey: 'a' })).toBeNull();
  });
});

describe('the end of a token of Codex', () => {
  it('stands in it', () => {
    expect(expiryOfJwt(new UnsecuredJWT({}).setExpirationTime(2_000_000_000).encode())).toBe(2e12);
  });

  it.each([9e15, -1, 1e300, 'soon', null, [5], { a: 1 }])('is not known when it says %j', (exp) => {
    expect(expiryOfJwt(encode({ exp }))).toBeNull();
  });

  it.each(['no token', 'a.b.c', ''])('is not known of %j', (token) => {
    expect(expiryOfJwt(token)).toBeNull();
  });
});

function encode(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}
