import { createHash } from 'node:crypto';
import { importJWK, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import {
  ClaudeCredentialSchema,
  CodexCredentialSchema,
  GithubCredentialSchema,
} from '../../src/contract/monolith.ts';
import { createIssuer, type IssuerOptions } from './reference-issuer.ts';

const NOON = Date.parse('2026-01-01T12:00:00Z');

it('issues what the contract says', async () => {
  const { issuer } = await open();

  expect(GithubCredentialSchema.parse(await issuer.github({ reason: 'boot' }))).toEqual({
    token: expect.stringMatching(/^ghs_/),
    expiresAt: '2026-01-01T13:00:00.000Z',
  });
  expect(ClaudeCredentialSchema.parse(await issuer.claude({ reason: 'boot' }))).toMatchObject({
    type: 'oauth',
    claudeAiOauth: { expiresAt: NOON + 3_600_000 },
  });
  expect(CodexCredentialSchema.parse(await issuer.codex({ reason: 'boot' }))).toMatchObject({
    type: 'oauth',
    last_refresh: '2026-01-01T12:00:00.000Z',
  });
});

it('signs the tokens of Codex, with the end of their life in them', async () => {
  const { issuer } = await open();
  const credential = CodexCredentialSchema.parse(await issuer.codex({ reason: 'boot' }));
  const { access_token } = (credential as { tokens: { access_token: string } }).tokens;

  const { payload } = await jwtVerify(access_token, await importJWK(issuer.publicKey, 'ES256'), {
    currentDate: new Date(NOON),
  });

  expect(payload.exp).toBe((NOON + 3_600_000) / 1000);
  expect(payload['https://api.openai.com/auth']).toMatchObject({ chatgpt_plan_type: 'pro' });
});

it('gives out the same credential until it is about to end', async () => {
  const { issuer, pass } = await open();
  const first = await issuer.github({ reason: 'boot' });

  pass(50 * 60_000);
  expect(await issuer.github({ reason: 'manual' })).toEqual(first);
  pass(6 * 60_000);

  expect((await issuer.github({ reason: 'expiring' })).token).not.toBe(first.token);
});

it('makes a new one when the one it gave out was rejected, or it was revoked', async () => {
  const { issuer } = await open();
  const { token: first } = await issuer.github({ reason: 'boot' });
  const rejectedTokenSha256 = createHash('sha256').update(first).digest('hex');

  const { token: second } = await issuer.github({ reason: 'rejected', rejectedTokenSha256 });
  expect(second).not.toBe(first);
  expect((await issuer.github({ reason: 'rejected', rejectedTokenSha256 })).token).toBe(second);
  issuer.revoke(second);

  expect((await issuer.github({ reason: 'manual' })).token).not.toBe(second);
  expect(issuer.tokens).toHaveLength(3);
});

it('knows which of its tokens are good', async () => {
  const { issuer, pass } = await open();
  const { token } = await issuer.github({ reason: 'boot' });

  expect([issuer.isGood(token), issuer.isGood('other')]).toEqual([true, false]);
  pass(3_600_000);

  expect(issuer.isGood(token)).toBe(false);
});

async function open(options: IssuerOptions = {}) {
  let time = NOON;
  const issuer = await createIssuer({ now: () => time, ...options });
  return { issuer, pass: (milliseconds: number) => (time += milliseconds) };
}
