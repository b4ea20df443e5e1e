/** The vocabulary of the credential machine. */
import { assertEvent, assign, emit, setup } from 'xstate';
import type { CredentialProvider, CredentialState } from '../src/contract/credentials.ts';
import type { EngineEventBody } from '../src/contract/events.ts';
import type { RefreshRequest } from '../src/contract/monolith.ts';
import { backoff, errorEvent } from './failing.ts';
import { mustProvidePromise } from './must-provide.ts';

export interface RefreshInput {
  provider: CredentialProvider;
  cause: RefreshRequest;
}

/** How an attempt ended. `random`: a number from 0 up to 1, for the jitter. */
export type RefreshEnd =
  /** In place. `lifetimeMs`: how long it still is good for; null if that is not known. */
  | { kind: 'issued'; source: string; expiresAt: number | null; lifetimeMs: number | null; random: number }
  /** Nothing is configured. */
  | { kind: 'absent' }
  | { kind: 'refused'; reason: string }
  | { kind: 'unavailable'; reason: string; retryAfterMs?: number; random: number };

export type CredentialEvent =
  | ({ type: 'refresh.request' } & RefreshRequest)
  | { type: 'clock.jumped' }
  | { type: 'xstate.done.actor.refresh'; output: RefreshEnd }
  | { type: 'xstate.error.actor.refresh'; error: unknown };

export type CredentialEmitted = EngineEventBody<'credentials.changed' | 'error'>;

export interface CredentialContext {
  provider: CredentialProvider;
  /** Why it is, or was last, asked for. */
  cause: RefreshRequest;
  /** What kind of credential was issued last; null before the first one. */
  source: string | null;
  /** Milliseconds since 1970; null if that is not known. */
  expiresAt: number | null;
  consecutiveFailures: number;
  lastError: string | null;
  /** The refusal that was reported; null when there is none, or it is over. */
  reportedRefusal: string | null;
  /** From the end of the last attempt to the next one, in milliseconds; how long that is in `absent` and `rejected` is fixed. */
  waitMs: number;
}

const HOURLY_MS = 3_600_000;

/** How far ahead of its end a credential is refreshed: a fifth of its life, ten minutes at most, with jitter the double. */
const AHEAD_SHARE = 0.2;
const AHEAD_MS = 600_000;
const SHORTEST_MS = 5_000;
/** Also one that never ends, so that another one arrives some time. */
const LONGEST_MS = 6 * HOURLY_MS;

const LONGEST_BACKOFF_MS = 300_000;
const backoffMs = backoff({ firstMs: 1_000, longestMs: LONGEST_BACKOFF_MS });

export const credentialSetup = setup({
  types: {} as {
    input: { provider: CredentialProvider };
    context: CredentialContext;
    events: CredentialEvent;
    emitted: CredentialEmitted;
  },
  actors: { refreshCredential: mustProvidePromise<RefreshEnd, RefreshInput>('refreshCredential') },
  actions: {
    announce: emit(({ context }, params: { state: CredentialState }) => ({
      type: 'credentials.changed' as const,
      payload: { provider: context.provider, state: params.state },
    })),
    announceRefusal: emit(({ context: { provider, lastError } }) => {
      const message = `The control plane refuses a credential for ${provider}. ${lastError ?? ''}`;
      return errorEvent('credential_refused', { message, context: { provider } });
    }),
    keepReported: assign({ reportedRefusal: ({ context }) => context.lastError }),
    takeRequest: assign(({ event }) => {
      assertEvent(event, 'refresh.request');
      const { type: _, ...cause } = event;
      return { cause };
    }),
    expectExpiry: assign({ cause: { reason: 'expiring' } }),
    noteIssued: assign(({ context, event }) => {
      const end = endOf(event);
      if (end.kind !== 'issued') return context;
      return {
        ...context,
        source: end.source,
        expiresAt: end.expiresAt,
        consecutiveFailures: 0,
        lastError: null,
        reportedRefusal: null,
        waitMs: waitUntilRefresh(end.lifetimeMs, end.random),
      };
    }),
    noteAbsent: assign({
      consecutiveFailures: 0,
      lastError: null,
      reportedRefusal: null,
      waitMs: HOURLY_MS,
    }),
    noteRefusal: assign({
      consecutiveFailures: ({ context }) => context.consecutiveFailures + 1,
      lastError: ({ event }) => reasonOf(endOf(event)),
      waitMs: HOURLY_MS,
    }),
    noteFailure: assign(({ context, event }) => {
      const end = endOf(event);
      const failures = context.consecutiveFailures + 1;
      const { random, retryAfterMs = 0 } = end.kind === 'unavailable' ? end : { random: 1 };
      const waitMs = backoffMs(
        { failures, retryAfterMs: Math.min(retryAfterMs, LONGEST_BACKOFF_MS) },
        random,
      );
      return { ...context, consecutiveFailures: failures, lastError: reasonOf(end), waitMs };
    }),
  },
  guards: {
    isIssued: ({ event }) => endOf(event).kind === 'issued',
    isAbsent: ({ event }) => endOf(event).kind === 'absent',
    isRefused: ({ event }) => endOf(event).kind === 'refused',
    isNewRefusal: ({ context }) => context.lastError !== context.reportedRefusal,
  },
  delays: {
    refreshAhead: ({ context }) => context.waitMs,
    backoff: ({ context }) => context.waitMs,
    hourly: HOURLY_MS,
    attemptLimit: 60_000,
  },
});

/** An attempt that broke or took too long is one that came to nothing; what broke is not shown, it may hold a secret. */
function endOf(event: CredentialEvent): RefreshEnd {
  if (event.type === 'xstate.done.actor.refresh') return event.output;
  const isBroken = event.type === 'xstate.error.actor.refresh';
  const reason = isBroken ? 'The refresh failed.' : 'The refresh took too long.';
  return { kind: 'unavailable', reason, random: 1 };
}

function reasonOf(end: RefreshEnd): string | null {
  return 'reason' in end ? end.reason : null;
}

function waitUntilRefresh(lifetimeMs: number | null, random: number): number {
  if (lifetimeMs === null) return LONGEST_MS * (1 - AHEAD_SHARE * random);
  const ahead = Math.min(AHEAD_MS, lifetimeMs * AHEAD_SHARE) * (1 + random);
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, lifetimeMs - ahead));
}
