import { expect, it } from 'vitest';
import { CredentialProviderSchema } from '../../src/contract/credentials.ts';
import { startCredentialIssuer } from '../support/credential-issuer.ts';
import { createRandom, pick } from '../support/random.ts';
import { createBootedHome, startInProcess } from '../support/start-in-process.ts';

const ANSWERS = Number(process.env['CREDENTIAL_ANSWERS'] ?? 60);
const SEED = Number(process.env['CREDENTIAL_SEED'] ?? 1);
const PROVIDERS = CredentialProviderSchema.options;

const VALUES: unknown[] = [
  9_007_199_254_740_991,
  8_640_000_000_000_001,
  253_402_300_800_000,
  Number.MAX_VALUE,
  -1,
  -8_640_000_000_000_001,
  0,
  0.5,
  1_700_000_000,
  '+275760-09-13T00:00:00.001Z',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59-23:59',
  '0000-01-01T00:00:00Z',
  '2026-02-30T25:61:61Z',
  'soon',
  '',
  '\0',
  'a\r\nb: c',
  '\uD800',
  'x'.repeat(200_000),
  null,
  true,
  [],
  {},
  [[[[[]]]]],
  { __proto__: null, constructor: 1 },
  deep(5_000),
];

it(`lives and answers whatever the control plane issues (seed ${SEED}, ${ANSWERS} answers)`, async () => {
  const random = createRandom(SEED);
  const issuer = await startCredentialIssuer({});
  for (const provider of PROVIDERS) {
    // Five bad ones in a row would be taken for a control plane that is away.
    issuer.issue[provider] = (_request, count) =>
      count % 4 === 0 ? GOOD[provider]() : distort(answerOf(random), random);
  }
  const engine = await startInProcess(await createBootedHome(), { MONOLITH_URL: issuer.url });

  for (let count = 0; count < ANSWERS / PROVIDERS.length; count += 1) {
    const asked = issuer.asked.github.length;
    await Promise.all(PROVIDERS.map((provider) => engine.credentials.refresh(provider)));
    await expect.poll(() => issuer.asked.github.length).toBeGreaterThan(asked);
    await expect
      .poll(() => Object.values(engine.credentials.health().providers).map(({ state }) => state))
      .not.toContain('refreshing');
    expect(engine.health().status).toBe('ok');
  }

  const { chats } = await engine.chats.list();
  expect(chats).toHaveLength(2);
  issuer.issue.github = GOOD.github;
  await engine.credentials.refresh('github');
  await expect.poll(() => engine.credentials.health().providers.github.state).toBe('fresh');
}, 120_000);

const later = () => Date.now() + 3_600_000;

const GOOD = {
  github: () => ({ token: 'a', expiresAt: later() }),
  claude: () => ({
    type: 'oauth',
    claudeAiOauth: { accessToken: 'a', expiresAt: later(), scopes: ['user:inference'] },
  }),
  codex: () => ({
    type: 'oauth',
    tokens: { id_token: 'a', access_token: jwt(later() / 1000), refresh_token: 'a', account_id: 'a' },
    last_refresh: '2026-01-01T00:00:00Z',
  }),
};

/** What some provider may get. */
function answerOf(random: () => number): object {
  return pick<object>(random, [
    ...PROVIDERS.map((provider) => GOOD[provider]()),
    { ...GOOD.codex(), tokens: { ...GOOD.codex().tokens, access_token: jwt(pick(random, VALUES)) } },
    { type: 'apiKey', apiKey: 'a' },
    {
      type: 'bedrock',
      env: {
        CLAUDE_CODE_USE_BEDROCK: '1',
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 'a',
        AWS_REGION: 'a',
      },
      expiresAt: later(),
    },
  ]);
}

/** The same with one of its values replaced, or as a whole. */
function distort(answer: object, random: () => number): object {
  if (random() < 0.1) return Object(pick(random, VALUES));
  const place = pick(random, Object.keys(answer));
  const value: unknown = answer[place as keyof typeof answer];
  const isInner = typeof value === 'object' && value !== null && !Array.isArray(value) && random() < 0.8;
  return { ...answer, [place]: isInner ? distort(value, random) : pick(random, VALUES) };
}

function jwt(exp: unknown): string {
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ exp })}.`;
}

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}
