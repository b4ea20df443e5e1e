/** How the login of Codex reaches its server, and what the state of a turn says about it. */
import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { Failure } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import { configurationOf } from '../agent-context.ts';
import type { Installation } from '../installation.ts';
import type { AgentLogin, LoginTokens } from '../login.ts';
import type { TurnProgress } from './state.ts';

/** A login that the server is told, and keeps in memory. */
export type HandedOver =
  | {
      type: 'chatgptAuthTokens';
      accessToken: string;
      chatgptAccountId: string;
      chatgptPlanType: string | null;
    }
  | { type: 'apiKey'; apiKey: string };

/** Null when the server finds its login by itself. */
export function handedOver(login: AgentLogin): HandedOver | null {
  const tokens = login.tokens();
  if (tokens !== null) return fromTokens(tokens);
  const { OPENAI_API_KEY: openai, CODEX_API_KEY: codex } = login.environment();
  const apiKey = openai ?? codex;
  return apiKey === undefined ? null : { type: 'apiKey', apiKey };
}

const OF_ONE_CHAT = 'chat-';
const HANDED_OVER = '+login';

/** A server that was launched with another configuration is replaced when it rests. */
export function wantedConfiguration(login: AgentLogin, { identity }: Installation): string {
  const kind = handedOver(login) === null ? '' : HANDED_OVER;
  return `${OF_ONE_CHAT}${configurationOf(login.environment(), identity)}${kind}`;
}

/** A server with another configuration may serve several chats. */
export function isOfOneChat(configuration: string | null): boolean {
  return configuration?.startsWith(OF_ONE_CHAT) === true;
}

/** A server with this configuration keeps no login on disk. */
export function keepsNoLogin(configuration: string | null): boolean {
  return configuration?.endsWith(HANDED_OVER) === true;
}

export const LOGIN_REQUIRED: Failure = {
  code: 'codex_login_required',
  message: 'The login of Codex was refused, and there is no other: log in to Codex again.',
};

export function isLoginFailure({ outcome, error }: TurnEnd): boolean {
  return outcome === 'errored' && error?.code === 'auth';
}

/** Not twice, unless the model answered in between. */
export function mayBeCarriedOn({ isCarriedOn, isServed, rejection }: TurnProgress): boolean {
  return rejection === null && (!isCarriedOn || isServed);
}

const ClaimsSchema = z.looseObject({
  'https://api.openai.com/auth': z.looseObject({ chatgpt_plan_type: z.string() }),
});

function fromTokens({ idToken, accessToken, accountId }: LoginTokens): HandedOver {
  return {
    type: 'chatgptAuthTokens',
    accessToken,
    chatgptAccountId: accountId,
    chatgptPlanType: planIn(idToken),
  };
}

function planIn(idToken: string): string | null {
  try {
    const claims = ClaimsSchema.safeParse(decodeJwt(idToken)).data;
    return claims?.['https://api.openai.com/auth'].chatgpt_plan_type ?? null;
  } catch {
    return null; // no JSON Web Token: the server finds out the plan by itself
  }
}
