import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { CredentialProvider } from '../../src/contract/credentials.ts';
import type { RefreshRequest } from '../../src/contract/monolith.ts';
import { listenInTest } from './loopback.ts';
import { keepSecretsOf } from './secrets.ts';

/** What a refresh is answered with: a credential, or the status of a refusal. */
export type Issue = (request: RefreshRequest, count: number) => object | number;

export interface CredentialIssuer {
  /** For `MONOLITH_URL`. */
  readonly url: string;
  /** What was asked of each provider, oldest first. */
  readonly asked: Record<CredentialProvider, RefreshRequest[]>;
  /** The bodies of all webhooks. */
  readonly told: unknown[];
  /** What each provider is answered with; 404 for those left out. Can be changed at any time. */
  readonly issue: Partial<Record<CredentialProvider, Issue>>;
}

const PATHS: Record<string, CredentialProvider> = {
  '/v1/engine/github/refresh-token': 'github',
  '/v1/engine/claude/refresh-credentials': 'claude',
  '/v1/engine/codex/refresh-credentials': 'codex',
};

/** A control plane on loopback that issues what the test says; gone when the test is over. */
export async function startCredentialIssuer(issue: CredentialIssuer['issue']): Promise<CredentialIssuer> {
  const asked: CredentialIssuer['asked'] = { github: [], claude: [], codex: [] };
  const told: unknown[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await json(request);
    const provider = PATHS[request.url ?? ''];
    if (provider === undefined) told.push(body);
    else asked[provider].push(body as RefreshRequest);
    const answered =
      provider === undefined ? {} : issue[provider]?.(body as RefreshRequest, asked[provider].length);
    send(response, answered ?? 404);
  };
  const { url } = await listenInTest(server);
  return { url, asked, told, issue };
}

function send(response: ServerResponse, answer: object | number): void {
  keepSecretsOf(answer);
  const status = typeof answer === 'number' ? answer : 200;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof answer === 'number' ? '{}' : JSON.stringify(answer));
}

/** A login of Claude Code that ends in so many milliseconds. */
export function claudeOauth(accessToken: string, lifetimeMs = 3_600_000): object {
  return {
    type: 'oauth',
    claudeAiOauth: {
      accessToken,
      refreshToken: 'sk-ant-ort01-shared-by-all',
      expiresAt: Date.now() + lifetimeMs,
      scopes: ['user:inference', 'user:profile'],
      subscriptionType: 'max',
    },
  };
}

/** A token for GitHub that ends in an hour. */
export function githubToken(token: string): object {
  return { token, expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
}
