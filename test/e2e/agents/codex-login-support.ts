import { expect, onTestFinished } from 'vitest';
import type { LoginTokens } from '../../../src/agents/login.ts';
import { promptsOf } from '../../../src/dev/responses-request.ts';
import type { RecordedResponses } from '../../support/recorded-model.ts';
import type { Turn } from '../../../src/dev/turn-script.ts';
import { startApiGate, type ApiGate } from '../../support/api-gate.ts';
import { startOutsideWatch, type OutsideWatch } from '../../support/outside-watch.ts';
import { createScriptedLogin, type Login, type ScriptedLogin } from '../../support/scripted-login.ts';
import { createTokenIssuer, type TokenIssuer } from '../../support/token-issuer.ts';
import { openCodexChats, type CodexChat } from './codex-support.ts';

export interface CodexLoginChat extends CodexChat {
  readonly gate: ApiGate;
  readonly login: ScriptedLogin;
  readonly logins: CodexLogins;
  readonly outside: OutsideWatch;
}

export interface CodexLogins {
  issuer: TokenIssuer;
  /** Tokens of an account, newly issued. */
  mint: () => Promise<LoginTokens>;
  oauth: (tokens: LoginTokens) => Login;
  /** The key is good. */
  apiKey: (key: string) => Login;
  /** The key is good no more. */
  revokeKey: (key: string) => void;
}

export interface CodexLoginOptions {
  turn: (logins: CodexLogins) => Turn;
  first: (logins: CodexLogins) => Login | Promise<Login>;
  /** The login after a refusal; null when there is none. */
  next: (logins: CodexLogins) => Promise<Login | null>;
  count?: number;
}

/** Chats with the real Codex in front of a model that asks for a login. */
export async function openCodexLoginChats(options: CodexLoginOptions): Promise<CodexLoginChat[]> {
  const { turn, first, next, count = 1 } = options;
  const issuer = await createTokenIssuer();
  const outside = await startOutsideWatch();
  const keys = new Set<string>();
  const logins = createLogins(issuer, keys);
  const letsIn = async (credential: string) => keys.has(credential) || issuer.takes(credential);
  const environment = { PATH: process.env['PATH'] ?? '', ...outside.environment };
  const login = await createScriptedLogin(await first(logins), { environment, next: () => next(logins) });
  const gates: ApiGate[] = [];
  const front = async ({ url }: RecordedResponses) => {
    const gate = await startApiGate({ target: url, letsIn, refusal: REFUSAL });
    onTestFinished(() => gate.close());
    gates.push(gate);
    return gate;
  };
  const chats = await openCodexChats({ turn: turn(logins), front, login, count });
  return chats.map((chat) => ({ ...chat, gate: gates[0]!, login, logins, outside }));
}

export async function openCodexLoginChat(options: CodexLoginOptions): Promise<CodexLoginChat> {
  const [chat] = await openCodexLoginChats(options);
  return chat!;
}

function createLogins(issuer: TokenIssuer, keys: Set<string>): CodexLogins {
  const account = {
    chatgpt_plan_type: 'pro',
    chatgpt_user_id: 'user-1',
    chatgpt_account_id: 'account-1',
  };
  const claims = { email: 'someone@example.com', 'https://api.openai.com/auth': account };
  return {
    issuer,
    mint: async () => ({
      idToken: await issuer.mint(claims),
      accessToken: await issuer.mint(claims),
      accountId: 'account-1',
    }),
    oauth: (tokens) => ({ tokens: () => tokens }),
    apiKey(key) {
      keys.add(key);
      return { environment: () => ({ OPENAI_API_KEY: key }) };
    },
    revokeKey: (key) => void keys.delete(key),
  };
}

const REFUSAL = { error: { message: 'The token has expired.', code: 'token_expired' } };

/** The model was told so once in each request, and nobody tried to renew a login at its issuer. */
export function expectHealed(chat: CodexLoginChat, prompt: string): void {
  const counts = chat.model.requests
    .map(promptsOf)
    .map((prompts) => prompts.filter((one) => one === prompt).length);
  expect(new Set(counts)).toEqual(new Set([1]));
  expect(chat.outside.hosts.filter((host) => host.startsWith('auth.'))).toEqual([]);
}
