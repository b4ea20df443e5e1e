import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { bedrockCredentials, claudeCredentials, ClaudeLogins } from '../../src/credentials/claude-logins.ts';
import { codexAuth, CodexLogins } from '../../src/credentials/codex-logins.ts';
import { CredentialFile, type Codec } from '../../src/credentials/credential-file.ts';
import { loginsFile, type Login } from '../../src/credentials/login.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

const AT = 1_795_366_177_398;
const OAUTH = {
  type: 'oauth' as const,
  claudeAiOauth: { accessToken: 'oauth', refreshToken: 'shared', expiresAt: AT, scopes: [] },
};
const BEDROCK = {
  type: 'bedrock' as const,
  env: {
    CLAUDE_CODE_USE_BEDROCK: '1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'aws',
    AWS_REGION: 'eu-west-1',
  },
};
const ENV = {
  ANTHROPIC_API_KEY: 'env-key',
  CLAUDE_CODE_OAUTH_TOKEN: 'env-oauth',
  CLAUDE_CODE_USE_BEDROCK: '1',
  AWS_SECRET_ACCESS_KEY: 'env-aws',
};

describe('the logins of Claude Code', () => {
  it('are those of the environment where there is nothing else: OAuth, API key, Bedrock', async () => {
    const { logins } = await openClaude(ENV);

    expect(shown(logins.list())).toEqual([
      ['oauth', { CLAUDE_CODE_OAUTH_TOKEN: 'env-oauth' }],
      ['apiKey', { ANTHROPIC_API_KEY: 'env-key' }],
      ['bedrock', { CLAUDE_CODE_USE_BEDROCK: '1' }],
    ]);
  });

  it('begin with OAuth that was issued, which needs no variable', async () => {
    const { logins } = await openClaude({ ANTHROPIC_API_KEY: 'env-key' });

    expect(await logins.keep(OAUTH)).toBe('oauth');

    expect(shown(logins.list())).toEqual([
      ['oauth', {}],
      ['apiKey', { ANTHROPIC_API_KEY: 'env-key' }],
    ]);
  });

  it('begin with what was issued last, and keep what was issued before', async () => {
    const { logins } = await openClaude({});

    await logins.keep(OAUTH);
    expect(await logins.keep(BEDROCK)).toBe('bedrock');
    await logins.keep({ type: 'apiKey', apiKey: 'issued' });

    expect(shown(logins.list())).toEqual([
      ['apiKey', { ANTHROPIC_API_KEY: 'issued' }],
      ['oauth', {}],
      ['bedrock', BEDROCK.env],
    ]);
  });
});

describe('the logins of Codex', () => {
  it('are tokens for its protocol once they were issued', async () => {
    const { logins } = await openCodex({ OPENAI_API_KEY: 'env-key' });
    const access_token = new UnsecuredJWT({}).setExpirationTime(2_000_000_000).encode();
    const tokens = { id_token: 'id', access_token, refresh_token: 'shared', account_id: 'account' };

    expect(await logins.keep({ type: 'oauth', tokens, last_refresh: '2026-01-01T00:00:00Z' })).toBe('oauth');

    const [first, second] = logins.list();
    expect(first).toMatchObject({
      environment: {},
      tokens: { idToken: 'id', accessToken: access_token, accountId: 'account' },
    });
    expect(second).toMatchObject({ environment: { OPENAI_API_KEY: 'env-key' }, tokens: null });
  });

  it('are left to Codex where somebody logged in by hand', async () => {
    const { logins, write } = await openCodex({});
    await write({ tokens: { id_token: 'id', access_token: 'a', refresh_token: 'theirs', account_id: 'b' } });

    expect(logins.list()).toMatchObject([{ kind: 'oauth', environment: {}, tokens: null }]);
  });

  it('know a key once, wherever it stands', async () => {
    const { logins } = await openCodex({ OPENAI_API_KEY: 'issued' });

    await logins.keep({ type: 'apiKey', apiKey: 'issued' });

    expect(shown(logins.list())).toEqual([['apiKey', { OPENAI_API_KEY: 'issued' }]]);
  });

  it('stand in the file that Codex looks into, as soon as they take over', async () => {
    const { logins, auth } = await openCodex({ OPENAI_API_KEY: 'env-key' });
    const tokens = { id_token: 'id', access_token: 'a', refresh_token: '', account_id: 'b' };
    await logins.keep({ type: 'oauth', tokens, last_refresh: '' });

    await logins.use(logins.list()[1]!);

    expect(auth.read()).toEqual({ auth_mode: 'apikey', OPENAI_API_KEY: 'env-key' });
  });
});

async function openClaude(env: Record<string, string>) {
  const open = await openFolder();
  const logins = new ClaudeLogins({
    credentials: open('claude/.credentials.json', claudeCredentials),
    bedrock: open('claude/.bedrock-credentials.json', bedrockCredentials),
    logins: open('logins.json', loginsFile),
    env,
  });
  return { logins };
}

async function openCodex(env: Record<string, string>) {
  const open = await openFolder();
  const auth = open('codex/auth.json', codexAuth);
  const logins = new CodexLogins({ auth, logins: open('logins.json', loginsFile), env });
  const write = async (content: object) => {
    await mkdir(dirname(auth.path));
    await writeFile(auth.path, JSON.stringify(content));
  };
  return { logins, auth, write };
}

async function openFolder() {
  const folder = await temporaryFolder();
  const onDamage = () => expect.fail('Nothing is damaged.');
  return <Content>(name: string, codec: Codec<Content>) =>
    new CredentialFile({ path: join(folder, name), codec, onDamage });
}

function shown(logins: Login[]): unknown[] {
  return logins.map(({ kind, environment }) => [kind, environment]);
}
