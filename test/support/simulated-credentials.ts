import { UnsecuredJWT, decodeJwt } from 'jose';
import { vi } from 'vitest';
import { SimulatedClock, createActor } from 'xstate';
import { credentialMachine } from '../../machines/credential.machine.ts';
import { loginMachine } from '../../machines/login.machine.ts';
import { CredentialBoard } from '../../src/credentials/credential-board.ts';
import { refreshCredential } from '../../src/credentials/attempts.ts';
import { LoginBoard } from '../../src/credentials/login-board.ts';
import { LoginProviderSchema } from '../../src/contract/credentials.ts';
import type { CredentialProvider, LoginProvider } from '../../src/contract/credentials.ts';
import { loginOf } from '../../src/credentials/login.ts';

export const PROVIDERS = ['github', 'claude', 'codex'] as const;

/** Where the simulation begins, in milliseconds since 1970. */
const BEGIN = Date.parse('2026-03-02T08:00:00Z');
const TOKEN_LIFE_MS = 3_600_000;

interface Token {
  name: string;
  expiresAt: number;
}

/**
 * Credentials as the engine runs them, on a clock the test owns, with a control plane that issues tokens of one hour
 * and knows which ones are good. Nothing touches the disk or the network.
 */
export function simulateCredentials({ random }: { random: () => number }) {
  const clock = new SimulatedClock();
  let sleptMs = 0;
  const now = () => BEGIN + clock.now() + sleptMs;
  vi.spyOn(Date, 'now').mockImplementation(now);
  vi.spyOn(Math, 'random').mockImplementation(random);
  const plane = createPlane(now);
  const tokens = new Map<CredentialProvider, Token>();
  const keep = (provider: CredentialProvider, token: Token) => {
    tokens.set(provider, token);
    return Promise.resolve('oauth');
  };
  const logic = credentialMachine.provide({
    actors: {
      refreshCredential: refreshCredential({
        refresh: {
          github: async () => plane.answer('github', ({ name, expiresAt }) => ({ token: name, expiresAt })),
          claude: async () =>
            plane.answer('claude', ({ name, expiresAt }) => ({
              type: 'oauth',
              claudeAiOauth: { accessToken: name, expiresAt, scopes: [] },
            })),
          codex: async () =>
            plane.answer('codex', (token) => ({
              type: 'oauth',
              tokens: {
                id_token: 'id',
                access_token: toJwt(token),
                refresh_token: '',
                account_id: 'account',
              },
              last_refresh: '2026-01-01T00:00:00Z',
            })),
        },
        logins: {
          github: { keep: ({ token }) => keep('github', plane.tokenOf(token)) },
          claude: {
            keep: (credential) =>
              keep(
                'claude',
                plane.tokenOf(credential.type === 'oauth' ? credential.claudeAiOauth.accessToken : ''),
              ),
          },
          codex: {
            keep: (credential) =>
              keep(
                'codex',
                plane.tokenOf(credential.type === 'oauth' ? nameIn(credential.tokens.access_token) : ''),
              ),
          },
        },
        onKept: () => undefined,
        settled: () => Promise.resolve(),
      }),
    },
  });
  const board = new CredentialBoard({
    saved: {},
    save: () => undefined,
  });
  for (const provider of PROVIDERS) {
    const actor = createActor(logic, { clock, input: { provider } });
    actor.on('credentials.changed', ({ payload }) => board.note(actor, payload));
    actor.start();
  }

  const settled = async () => {
    for (const provider of PROVIDERS) await board.settled(provider);
  };
  const list = (provider: CredentialProvider) => [loginOf('oauth', tokens.get(provider)?.name ?? 'none')];
  const sourceOf = (provider: LoginProvider) => ({
    list: () => list(provider),
    environment: () => ({}),
    echoMs: 1_000,
  });
  const logins = new LoginBoard({
    logic: loginMachine,
    credentials: board,
    sources: { claude: sourceOf('claude'), codex: sourceOf('codex') },
    saved: {},
    save: () => undefined,
  });
  for (const provider of LoginProviderSchema.options)
    createActor(logins.logic, { clock, input: { provider }, inspect: logins.inspect }).start();
  const rejected: Record<CredentialProvider, () => Promise<unknown>> = {
    github: async () => {
      board.request('github', { reason: 'rejected' });
      await board.settled('github');
    },
    claude: () => logins.logins.claude.rejected(),
    codex: () => logins.logins.codex.rejected(),
  };

  return {
    now,
    plane,
    board,
    settled,
    /** Time passes, the machine awake. */
    pass: async (milliseconds: number): Promise<void> => {
      clock.increment(milliseconds);
      await settled();
    },
    /** Time passes, the machine asleep: no timer runs. */
    sleep: (milliseconds: number): void => {
      sleptMs += milliseconds;
    },
    /** A turn that uses the login, and is carried on once if that is rejected. */
    turn: async (provider: CredentialProvider): Promise<'completed' | 'healed' | 'lost'> => {
      const isGood = () => plane.isGood(tokens.get(provider)?.name);
      if (isGood()) return 'completed';
      await rejected[provider]();
      return isGood() ? 'healed' : 'lost';
    },
  };
}

/** Issues one token after the other for each provider; only the last one of each is good, while it lasts. */
function createPlane(now: () => number) {
  const last = new Map<CredentialProvider, Token>();
  const all = new Map<string, Token>();
  const asking = new Map<CredentialProvider, number>();
  const plane = {
    isDown: false,
    issued: 0,
    refused: 0,
    /** The most requests for one provider that were under way at a time. */
    mostAtOnce: 0,
    async answer<T>(provider: CredentialProvider, toCredential: (token: Token) => T) {
      const count = (asking.get(provider) ?? 0) + 1;
      asking.set(provider, count);
      plane.mostAtOnce = Math.max(plane.mostAtOnce, count);
      await new Promise((resolve) => setImmediate(resolve));
      asking.set(provider, count - 1);
      if (plane.isDown) {
        plane.refused += 1;
        return { kind: 'unavailable' as const, reason: 'It could not be reached.' };
      }
      plane.issued += 1;
      const token = { name: `${provider}-${plane.issued}`, expiresAt: now() + TOKEN_LIFE_MS };
      last.set(provider, token);
      all.set(token.name, token);
      return { kind: 'issued' as const, credential: toCredential(token) };
    },
    tokenOf: (name: string) => all.get(name) ?? { name, expiresAt: 0 },
    isGood: (name: string | undefined) => {
      const token = all.get(name ?? '');
      return token !== undefined && [...last.values()].includes(token) && token.expiresAt > now();
    },
    /** Makes the token of a provider worthless before its time. */
    revoke: (provider: CredentialProvider) => void last.delete(provider),
  };
  return plane;
}

function toJwt({ name, expiresAt }: Token): string {
  return new UnsecuredJWT({ sub: name }).setExpirationTime(expiresAt / 1000).encode();
}

function nameIn(jwt: string): string {
  return decodeJwt(jwt).sub ?? '';
}
