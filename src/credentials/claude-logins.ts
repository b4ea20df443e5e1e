import type { ClaudeCredential } from '../contract/monolith.ts';
import {
  bedrockEnvironment,
  secretOfBedrock,
  withBedrock,
  type BedrockCredentials,
} from './bedrock-credentials.ts';
import { claudeAccessToken, withClaudeOauth, type ClaudeCredentials } from './claude-credentials.ts';
import type { CredentialFile } from './credential-file.ts';
import { toTime } from './issued.ts';
import { inOrder, loginOf, pick, type Login } from './login.ts';
import { withIssued, type LoginsFile } from './logins-file.ts';

/** Variables that choose how Claude Code logs in: each wins over the file of its OAuth login. */
export const CLAUDE_LOGIN_VARIABLES = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'CLAUDE_CODE_USE_BEDROCK',
];

export interface ClaudeLoginsOptions {
  credentials: CredentialFile<ClaudeCredentials>;
  bedrock: CredentialFile<BedrockCredentials>;
  logins: CredentialFile<LoginsFile>;
  /** The ambient environment. */
  env: Readonly<Record<string, string>>;
}

/** Every login there is for Claude Code, and where one that was issued is kept. */
export class ClaudeLogins {
  readonly #options: ClaudeLoginsOptions;

  constructor(options: ClaudeLoginsOptions) {
    this.#options = options;
  }

  /** The one to use first: OAuth, API key, Bedrock, but what was issued last before them. */
  list(): Login[] {
    const { credentials, bedrock, logins, env } = this.#options;
    const { issued, apiKey } = logins.read().claude ?? {};
    const keys = pick(env, ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN']);
    return inOrder(
      [
        ...oauthFrom(credentials.read()),
        ...fromVariable('oauth', env, 'CLAUDE_CODE_OAUTH_TOKEN'),
        ...(apiKey ? [loginOf('apiKey', apiKey, { environment: { ANTHROPIC_API_KEY: apiKey } })] : []),
        ...Object.values(keys)
          .slice(0, 1)
          .map((key) => loginOf('apiKey', key, { environment: keys })),
        ...bedrockFrom(bedrock.read()),
        ...fromVariable('bedrock', env, 'CLAUDE_CODE_USE_BEDROCK'),
      ],
      issued,
    );
  }

  async keep(credential: ClaudeCredential): Promise<string> {
    const { logins } = this.#options;
    await this.#write(credential);
    const apiKey = credential.type === 'apiKey' ? { apiKey: credential.apiKey } : {};
    await logins.update((content) => withIssued(content, 'claude', { issued: credential.type, ...apiKey }));
    return credential.type;
  }

  async #write(credential: ClaudeCredential): Promise<void> {
    const { credentials, bedrock } = this.#options;
    if (credential.type === 'oauth') {
      const expiresAt = toTime(credential.claudeAiOauth.expiresAt);
      const oauth = { ...credential.claudeAiOauth, expiresAt };
      await credentials.update((content) => withClaudeOauth(content, oauth));
    }
    if (credential.type === 'bedrock')
      await bedrock.update((content) => withBedrock(content, credential.env));
  }
}

function oauthFrom(content: ClaudeCredentials): Login[] {
  const token = claudeAccessToken(content);
  return token === null ? [] : [loginOf('oauth', token)];
}

function bedrockFrom(content: BedrockCredentials): Login[] {
  const environment = bedrockEnvironment(content);
  return environment === null ? [] : [loginOf('bedrock', secretOfBedrock(environment), { environment })];
}

function fromVariable(kind: Login['kind'], env: Readonly<Record<string, string>>, name: string): Login[] {
  const environment = pick(env, [name]);
  const value = environment[name];
  if (value === undefined) return [];
  return [loginOf(kind, kind === 'bedrock' ? secretOfBedrock(env) : value, { environment })];
}
