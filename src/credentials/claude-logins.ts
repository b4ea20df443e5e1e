import { z } from 'zod';
import type { ClaudeCredential } from '../contract/monolith.ts';
import type { CredentialFile } from './credential-file.ts';
import { toTime, type ClaudeOauth } from './issued.ts';
import { jsonCodec } from './json-codec.ts';
import { inOrder, keysFrom, loginOf, noteIssued, pick, type Login, type LoginsFile } from './login.ts';

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
    return inOrder(
      [
        ...oauthFrom(credentials.read()),
        ...fromVariable('oauth', env, 'CLAUDE_CODE_OAUTH_TOKEN'),
        ...keysFrom(apiKey ? { ANTHROPIC_API_KEY: apiKey } : {}),
        ...keysFrom(pick(env, ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'])),
        ...bedrockFrom(bedrock.read()),
        ...fromVariable('bedrock', env, 'CLAUDE_CODE_USE_BEDROCK'),
      ],
      issued,
    );
  }

  async keep(credential: ClaudeCredential): Promise<string> {
    await this.#write(credential);
    return noteIssued(this.#options.logins, 'claude', credential);
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

const ClaudeCredentialsSchema = z.looseObject({
  claudeAiOauth: z
    .looseObject({
      accessToken: z.string().nullish(),
      refreshToken: z.string().nullish(),
      expiresAt: z.number().nullish(),
    })
    .nullish(),
});

export type ClaudeCredentials = z.infer<typeof ClaudeCredentialsSchema>;

/** `~/.claude/.credentials.json`, as Claude Code keeps it. It reads it again before each request when it changed. */
export const claudeCredentials = jsonCodec(ClaudeCredentialsSchema);

/**
 * The content with this login. It gets no refresh token: with one, Claude Code would refresh by itself, which makes the
 * one that the control plane holds worthless.
 */
export function withClaudeOauth(content: ClaudeCredentials, oauth: ClaudeOauth): ClaudeCredentials {
  return { ...content, claudeAiOauth: { ...content.claudeAiOauth, ...oauth, refreshToken: '' } };
}

/** Null when nobody is logged in: Claude Code empties the token of a login that ended. */
export function claudeAccessToken({ claudeAiOauth }: ClaudeCredentials): string | null {
  return claudeAiOauth?.accessToken || null;
}

/** The variables that come and go together: a session token of other keys would make these worthless. */
const VARIABLES = [
  'CLAUDE_CODE_USE_BEDROCK',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_REGION',
];

const BedrockCredentialsSchema = z.record(z.string(), z.unknown());

export type BedrockCredentials = z.infer<typeof BedrockCredentialsSchema>;

/** `~/.claude/.bedrock-credentials.json`: variables for Claude Code, and whatever else was provisioned there. */
export const bedrockCredentials = jsonCodec(BedrockCredentialsSchema, 2);

export function withBedrock(content: BedrockCredentials, env: Record<string, unknown>): BedrockCredentials {
  const rest = Object.entries(content).filter(([name]) => !VARIABLES.includes(name));
  return { ...Object.fromEntries(rest), ...env };
}

/** What Claude Code needs in its environment; null when there are no keys. */
export function bedrockEnvironment(content: BedrockCredentials): Record<string, string> | null {
  const variables = Object.entries(content).flatMap(([name, value]) =>
    isVariable(name) && typeof value === 'string' && value !== '' ? [[name, value] as const] : [],
  );
  const env = Object.fromEntries(variables);
  if (!env['AWS_SECRET_ACCESS_KEY'] && !env['AWS_BEARER_TOKEN_BEDROCK']) return null;
  return { CLAUDE_CODE_USE_BEDROCK: '1', ...env };
}

/** What is new when the keys are. */
export function secretOfBedrock(env: Readonly<Record<string, unknown>>): string {
  const names = ['AWS_SESSION_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'AWS_BEARER_TOKEN_BEDROCK'];
  const secret = names.map((name) => env[name]).find((value) => typeof value === 'string' && value !== '');
  return typeof secret === 'string' ? secret : '';
}

function isVariable(name: string): boolean {
  return /^(?:AWS|ANTHROPIC|CLAUDE)_[A-Z0-9_]+$/.test(name);
}
