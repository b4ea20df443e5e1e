import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { findTestedAgents } from '../../support/tested-agents.ts';
import { promptsOf } from '../../../src/dev/messages-request.ts';
import { startRecordedModel, type RecordedModel } from '../../support/recorded-model.ts';
import { scriptTurns, type Turn } from '../../../src/dev/turn-script.ts';
import { openStandIn, type StandInOptions, type TestChat } from '../../agents/claude/stand-in.ts';
import { startApiGate, type ApiGate } from '../../support/api-gate.ts';
import { startOutsideWatch, type OutsideWatch } from '../../support/outside-watch.ts';
import { createScriptedLogin, type Login, type ScriptedLogin } from '../../support/scripted-login.ts';
import { createTokenIssuer, type TokenIssuer } from '../../support/token-issuer.ts';

export interface LoginChat extends TestChat {
  readonly model: RecordedModel;
  readonly gate: ApiGate;
  readonly login: ScriptedLogin;
  readonly logins: Logins;
  readonly outside: OutsideWatch;
}

/** What a test decides about logins: it is told of the issuer and makes logins of its tokens. */
export interface Logins {
  issuer: TokenIssuer;
  /** A login in the agent's own file. */
  oauth: (token: string) => Login;
  /** A login in the environment. The key is good. */
  apiKey: (key: string) => Login;
}

export type LoginChatOptions = {
  turn: (logins: Logins) => Turn;
  first: (logins: Logins) => Login | Promise<Login>;
  /** The login after a refusal; null when there is none. */
  next: (logins: Logins) => Promise<Login | null>;
} & Partial<StandInOptions>;

/** The real Claude Code in front of a model that asks for a login. */
export async function openLoginChat({ turn, first, next, ...rest }: LoginChatOptions): Promise<LoginChat> {
  const issuer = await createTokenIssuer();
  const outside = await startOutsideWatch();
  const keys = new Set<string>();
  const place = { home: '' };
  const logins: Logins = {
    issuer,
    oauth: (token) => ({ install: () => writeLogin(place.home, token) }),
    apiKey(key) {
      keys.add(key);
      return { environment: () => ({ ANTHROPIC_API_KEY: key }), install: () => removeLogin(place.home) };
    },
  };
  const model = await startRecordedModel({ script: scriptTurns(turn(logins)) });
  const letsIn = async (credential: string) => keys.has(credential) || issuer.takes(credential);
  const gate = await startApiGate({ target: model.url, letsIn, refusal: REFUSAL });
  onTestFinished(async () => void (await Promise.all([gate.close(), model.close()])));
  const environment = {
    PATH: process.env['PATH'] ?? '',
    ANTHROPIC_BASE_URL: gate.url,
    ...outside.environment,
  };
  const login = await createScriptedLogin({}, { environment, next: () => next(logins) });
  const chat = await openStandIn({ command: findTestedAgents().claude, login, ...rest });
  place.home = chat.home;
  await login.replace(await first(logins));
  return { ...chat, model, gate, login, logins, outside };
}

const REFUSAL = {
  type: 'error',
  error: { type: 'authentication_error', message: 'OAuth token has expired.' },
};

/** What the model was told in each request that was let in, but for what the agent adds by itself. */
export function promptsToModel({ model }: LoginChat): string[][] {
  return model
    .messages()
    .map(promptsOf)
    .map((prompts) => prompts.map((prompt) => prompt.trim()));
}

/** The model was told so once in each request, and nobody tried to renew a login at its issuer. */
export function expectHealed(chat: LoginChat, prompt: string): void {
  const counts = promptsToModel(chat).map((prompts) => prompts.filter((one) => one === prompt).length);
  expect(new Set(counts)).toEqual(new Set([1]));
  expect(chat.outside.hosts.filter((host) => host.includes('claude.'))).toEqual([]);
}

async function writeLogin(home: string, accessToken: string): Promise<void> {
  const folder = join(home, '.claude');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const expiresAt = Date.now() + 3_600_000;
  const scopes = ['user:inference', 'user:profile'];
  const login = {
    claudeAiOauth: { accessToken, refreshToken: '', expiresAt, scopes, subscriptionType: 'max' },
  };
  await writeFile(join(folder, 'next.json'), JSON.stringify(login), { mode: 0o600 });
  await rename(join(folder, 'next.json'), join(folder, '.credentials.json'));
}

async function removeLogin(home: string): Promise<void> {
  await rm(join(home, '.claude', '.credentials.json'), { force: true });
}
