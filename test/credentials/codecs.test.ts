import { describe, expect, it } from 'vitest';
import {
  bedrockCredentials,
  bedrockEnvironment,
  withBedrock,
  claudeAccessToken,
  claudeCredentials,
  withClaudeOauth,
} from '../../src/credentials/claude-logins.ts';
import { codexAuth, withCodexApiKey, withCodexTokens } from '../../src/credentials/codex-logins.ts';
import type { Codec } from '../../src/credentials/credential-file.ts';
import { gitCredentials, githubTokenIn, withGithubToken } from '../../src/credentials/git-credentials.ts';
import { githubHosts, withHostToken as withHost } from '../../src/credentials/github-logins.ts';

const OAUTH = { accessToken: 'sk-ant-oat01-new', expiresAt: 1_795_366_177_398, scopes: ['user:inference'] };
const TOKENS = { id_token: 'id', access_token: 'access', refresh_token: 'shared', account_id: 'account' };

describe('~/.git-credentials', () => {
  const write = (text: string, token = 'new') =>
    change(gitCredentials, text, (lines) => withGithubToken(lines, token));

  it('gets one line for GitHub', () => {
    expect(write('')).toBe('https://x-access-token:new@github.com\n');
  });

  it('keeps every other line as it is, also those that are no URLs', () => {
    const others = 'https://a:b%40c@gitlab.example\nwhat is this\nhttps://bot:x@github.com/org/repo\n';

    expect(write(`https://x-access-token:old@github.com\n${others}`)).toBe(
      `https://a:b%40c@gitlab.example\nwhat is this\nhttps://x-access-token:new@github.com\nhttps://bot:x@github.com/org/repo\n`,
    );
  });

  it('gets the line ahead of another user of GitHub, which git would take otherwise', () => {
    expect(write('https://alice:pat@github.com\n')).toBe(
      'https://x-access-token:new@github.com\nhttps://alice:pat@github.com\n',
    );
  });

  it('is read back, whatever the token is made of', () => {
    const token = 'a+b/c:d@e%f g';

    expect(githubTokenIn(gitCredentials.parse(write('', token)) ?? [])).toBe(token);
    expect(githubTokenIn(['https://alice:pat@github.com'])).toBeNull();
  });

  it('may hold what is not percent-encoded, which is taken as it stands', () => {
    const lines = ['%zz', 'https://x-access-token:%zz@github.com'];

    expect(githubTokenIn(lines)).toBe('%zz');
    expect(withGithubToken(lines, 'new')).toEqual(['%zz', 'https://x-access-token:new@github.com']);
  });
});

describe('~/.config/gh/hosts.yml', () => {
  const write = (text: string) => change(githubHosts, text, (document) => withHost(document, 'new'));

  it('gets the token as gh writes it', () => {
    expect(write('')).toBe(
      'github.com:\n    user: x-access-token\n    oauth_token: new\n    git_protocol: https\n',
    );
  });

  it('keeps comments, hosts, users and settings', () => {
    const before =
      '# mine\nghe.example:\n    oauth_token: other\ngithub.com:\n    user: alice\n    users:\n        alice:\n            oauth_token: old\n    oauth_token: old\n    git_protocol: ssh\n';

    expect(write(before)).toBe(before.replaceAll('oauth_token: old', 'oauth_token: new'));
  });

  it('is no such file when it is no map of hosts', () => {
    expect([githubHosts.parse('- a\n'), githubHosts.parse('a: [')]).toEqual([undefined, undefined]);
    expect(githubHosts.parse('{a: '.repeat(50_000))).toBeUndefined();
  });
});

describe('~/.claude/.credentials.json', () => {
  const write = (text: string) =>
    change(claudeCredentials, text, (content) => withClaudeOauth(content, OAUTH));

  it('gets a login without a refresh token', () => {
    expect(write('')).toBe(
      '{"claudeAiOauth":{"accessToken":"sk-ant-oat01-new","expiresAt":1795366177398,"scopes":["user:inference"],"refreshToken":""}}',
    );
  });

  it('keeps what else stands there, and never a refresh token', () => {
    const before = {
      mcpOAuth: { server: { accessToken: 'theirs' } },
      claudeAiOauth: { accessToken: 'old', refreshToken: 'usable', expiresAt: 1, rateLimitTier: 'max' },
    };

    expect(JSON.parse(write(JSON.stringify(before)))).toEqual({
      mcpOAuth: before.mcpOAuth,
      claudeAiOauth: { ...OAUTH, refreshToken: '', rateLimitTier: 'max' },
    });
  });

  it('holds no login after Claude Code emptied it', () => {
    const wiped = claudeCredentials.parse(
      '{"claudeAiOauth":{"accessToken":"","refreshToken":"","expiresAt":0}}',
    );

    expect(claudeAccessToken(wiped ?? {})).toBeNull();
  });

  it('is no such file when it is no object', () => {
    expect(['[]', '"a"', '{', '{"claudeAiOauth":3}'].map((text) => claudeCredentials.parse(text))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('~/.claude/.bedrock-credentials.json', () => {
  const keys = {
    CLAUDE_CODE_USE_BEDROCK: '1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
    AWS_REGION: 'eu-west-1',
  };

  it('gets the variables as they are, keeps what else was provisioned, and loses the token of other keys', () => {
    const before = JSON.stringify({
      note: 'kept',
      AWS_SESSION_TOKEN: 'of other keys',
      AWS_REGION: 'us-east-1',
    });

    expect(JSON.parse(change(bedrockCredentials, before, (content) => withBedrock(content, keys)))).toEqual({
      note: 'kept',
      ...keys,
    });
  });

  it('is no login without keys', () => {
    expect(bedrockEnvironment({ AWS_REGION: 'us-east-1' })).toBeNull();
    expect(bedrockEnvironment({ ...keys, note: 'no variable' })).toEqual(keys);
  });
});

describe('~/.codex/auth.json', () => {
  it('gets tokens without a refresh token, and keeps what else stands there', () => {
    const before = { OPENAI_API_KEY: 'sk-old', auth_mode: 'apikey', agent_identity: { kept: true } };
    const after = change(codexAuth, JSON.stringify(before), (content) =>
      withCodexTokens(content, { tokens: TOKENS, last_refresh: '2026-01-01T00:00:00Z' }),
    );

    expect(JSON.parse(after)).toEqual({
      auth_mode: 'chatgpt',
      OPENAI_API_KEY: null,
      agent_identity: { kept: true },
      tokens: { ...TOKENS, refresh_token: '' },
      last_refresh: '2026-01-01T00:00:00Z',
    });
  });

  it('gets a key as `codex login --with-api-key` writes it', () => {
    const before = JSON.stringify({ tokens: TOKENS, last_refresh: '2026-01-01T00:00:00Z' });

    expect(change(codexAuth, before, (content) => withCodexApiKey(content, 'sk-new'))).toBe(
      '{\n  "auth_mode": "apikey",\n  "OPENAI_API_KEY": "sk-new"\n}',
    );
  });
});

function change<Content>(codec: Codec<Content>, text: string, update: (content: Content) => Content): string {
  const content = codec.parse(text);
  if (content === undefined) throw new Error(`Not such a file: ${text}`);
  return codec.format(update(content));
}
