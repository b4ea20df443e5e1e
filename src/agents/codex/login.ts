/** The login of the server: handed over through its protocol, and asked for anew when the model's API refuses it. */
import { isDeepStrictEqual } from 'node:util';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { Failure } from '../../contract/chats.ts';
import type { LoginNow } from '../codec.ts';
import type { FrameOf } from '../json-rpc.ts';
import type { LoginTokens, RejectionOutcome } from '../login.ts';
import { errorLine, requestLine, resultLine } from './frames.ts';
import type { Moment } from '../step.ts';
import type { HandedOver } from './protocol.ts';
import type { Account, CodexState } from './state.ts';
import { andThen, type Told } from './told.ts';

/** Null when the server finds its login by itself. */
export function handedOver({ tokens, environment }: LoginNow): HandedOver | null {
  if (tokens !== null) return fromTokens(tokens);
  const apiKey = environment['OPENAI_API_KEY'] ?? environment['CODEX_API_KEY'];
  return apiKey === undefined ? null : { type: 'apiKey', apiKey };
}

export const REFRESH = 'account/chatgptAuthTokens/refresh';

/** Hands the login over that is wanted, unless the server has it, or would write a key to its file. */
export function signIn(state: CodexState, now: Date): Told {
  const { wanted, handed, telling, isEphemeral } = state.account;
  if (wanted === null || telling !== null || isDeepStrictEqual(wanted, handed)) return { state };
  if (wanted.type === 'apiKey' && !isEphemeral) return { state };
  const isKey = wanted.type === 'apiKey';
  const id = `${isKey ? 'logout' : 'login'}-${now.getTime()}`;
  const line = isKey ? requestLine(id, 'account/logout', {}) : loginLine(id, wanted);
  return { state: withAccount(state, { telling: { id, login: wanted } }), lines: [line] };
}

/** The answer to what the server was told last. */
export function toldLogin(
  state: CodexState,
  { id, refusal }: FrameOf<'response'>,
  { now }: Pick<Moment, 'now'>,
): Told {
  const { telling, handed } = state.account;
  if (telling === null || telling.id !== id) return { state };
  if (refusal !== null) return { state: withAccount(state, { telling: null, wanted: handed }) };
  if (telling.id.startsWith('logout')) {
    const next = { id: telling.id.replace('logout', 'login'), login: telling.login };
    return { state: withAccount(state, { telling: next }), lines: [loginLine(next.id, next.login)] };
  }
  return signIn(withAccount(state, { telling: null, handed: telling.login }), now);
}

/** The login in use is another one. */
export function changeLogin(state: CodexState, login: LoginNow, now: Date): Told {
  return signIn(withAccount(state, { wanted: handedOver(login) }), now);
}

/** The server waits for another token for ten seconds, and asks again. */
export function askForToken(state: CodexState, { id }: FrameOf<'request'>): Told {
  return report(withAccount(state, { waiting: [...state.account.waiting, id] }));
}

/** The model's API refused the login. */
export function report(state: CodexState): Told {
  if (state.account.isReported) return { state };
  return { state: withAccount(state, { isReported: true, verdict: null }), isLoginRefused: true };
}

export function hearVerdict(
  state: CodexState,
  { outcome, login }: { outcome: RejectionOutcome; login: LoginNow },
  now: Date,
): Told {
  const verdict = outcome === 'refused' ? outcome : 'renewed';
  const heard = withAccount(state, { isReported: false, verdict, wanted: handedOver(login) });
  return andThen(answerWaiting(heard), (next) => signIn(next, now));
}

function answerWaiting(state: CodexState): Told {
  const { waiting, verdict, wanted } = state.account;
  if (waiting.length === 0 || verdict === null) return { state };
  if (verdict === 'refused' || wanted?.type !== 'chatgptAuthTokens') {
    const lines = waiting.map((id) => errorLine(id, 'There is no other token.'));
    return { state: withAccount(state, { waiting: [] }), lines };
  }
  const { type: _, ...tokens } = wanted;
  const lines = waiting.map((id) => resultLine(id, tokens));
  return { state: withAccount(state, { waiting: [], handed: wanted }), lines };
}

export function withAccount(state: CodexState, changes: Partial<Account>): CodexState {
  return { ...state, account: { ...state.account, ...changes } };
}

export const LOGIN_REQUIRED: Failure = {
  code: 'codex_login_required',
  message: 'The login of Codex was refused, and there is no other: log in to Codex again.',
};

function loginLine(id: string, login: HandedOver): string {
  return requestLine(id, 'account/login/start', login);
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
