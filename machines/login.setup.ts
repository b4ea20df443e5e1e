/** The vocabulary of the login machine. */
import { assign, emit, setup } from 'xstate';
import type { LoginProvider } from '../src/contract/credentials.ts';
import { loginInUse, type KnownLogin } from './login.choice.ts';
import { mustProvidePromise } from './must-provide.ts';

export interface LoginInput {
  provider: LoginProvider;
}

/** `logins`: every one there is now, the one to use first. */
export type LoginEvent =
  /** The model's API refused it. `hasEnvironment`: whoever says so runs with the environment of now. */
  | { type: 'login.rejected'; hasEnvironment: boolean; logins: KnownLogin[] }
  /** Another one was put in place. */
  | { type: 'login.changed'; logins: KnownLogin[] }
  | { type: 'xstate.done.actor.recall'; output: string[] }
  | { type: 'xstate.error.actor.recall'; error: unknown }
  | { type: `xstate.done.actor.${LoginWork}`; output: KnownLogin[] }
  | { type: `xstate.error.actor.${LoginWork}`; error: unknown };

type LoginWork = 'firstRefresh' | 'refreshUnderWay' | 'refresh' | 'use';

/** What whoever reported a refusal is to do: try again, likewise with the next login there is, or give up. */
export type LoginEmitted =
  | { type: 'login.renewed' }
  | { type: 'login.replaced' }
  | { type: 'login.refused' }
  | { type: 'login.changed' };

export interface LoginContext {
  provider: LoginProvider;
  /** Those there were when it was last looked, the one to use first. */
  logins: KnownLogin[];
  /** Digests of those that were refused and that nobody replaced. */
  refused: string[];
  /** The one that was refused; `sha256` is null when there was none. */
  rejected: { sha256: string | null } | null;
}

export const loginSetup = setup({
  types: {} as { input: LoginInput; context: LoginContext; events: LoginEvent; emitted: LoginEmitted },
  actors: {
    recallRefused: mustProvidePromise<string[], LoginInput>('recallRefused'),
    awaitFirstRefresh: mustProvidePromise<KnownLogin[], LoginInput>('awaitFirstRefresh'),
    awaitRefresh: mustProvidePromise<KnownLogin[], LoginInput>('awaitRefresh'),
    refreshLogin: mustProvidePromise<KnownLogin[], LoginInput & { rejected: string | null }>('refreshLogin'),
    useLogin: mustProvidePromise<KnownLogin[], LoginInput & { next: string | undefined }>('useLogin'),
  },
  actions: {
    noteRecalled: assign({
      refused: ({ context, event }) =>
        event.type === 'xstate.done.actor.recall' ? event.output : context.refused,
    }),
    noteLogins: assign({ logins: ({ context, event }) => loginsIn(event) ?? context.logins }),
    takeReport: assign({
      rejected: ({ context, event }) => ({
        sha256: loginInUse(loginsIn(event) ?? [], context.refused)?.sha256 ?? null,
      }),
    }),
    forgetReport: assign({ rejected: null }),
    /** Of those that are no longer there nothing is remembered. */
    noteRefused: assign({
      refused: ({ context }) =>
        context.logins
          .map(({ sha256 }) => sha256)
          .filter((one) => context.refused.includes(one) || one === context.rejected?.sha256),
    }),
    forgetRefused: assign({ refused: [] }),
    tellRenewed: emit({ type: 'login.renewed' }),
    tellReplaced: emit({ type: 'login.replaced' }),
    tellRefused: emit({ type: 'login.refused' }),
    tellChanged: emit({ type: 'login.changed' }),
  },
  guards: {
    isReported: ({ context }) => context.rejected !== null,
    isRenewed: ({ context, event }) =>
      loginInUse(loginsIn(event) ?? [], context.refused)?.sha256 !== (context.rejected?.sha256 ?? undefined),
    isAnotherLeft: ({ context, event }) =>
      (loginsIn(event) ?? []).some(
        ({ sha256 }) => sha256 !== context.rejected?.sha256 && !context.refused.includes(sha256),
      ),
    /** It reached an agent through the environment of now: this is about no login before it. */
    isOfLoginInUse: ({ context, event }) =>
      event.type === 'login.rejected' &&
      event.hasEnvironment &&
      loginInUse(event.logins, context.refused)?.hasEnvironment === true,
  },
  delays: { firstLimit: 10_000, echo: 1_000 },
});

function loginsIn(event: LoginEvent): KnownLogin[] | undefined {
  if ('logins' in event) return event.logins;
  return event.type !== 'xstate.done.actor.recall' && 'output' in event ? event.output : undefined;
}
