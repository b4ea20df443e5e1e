import { fromPromise } from 'xstate';
import type { RefreshEnd, RefreshInput } from '../../machines/credential.setup.ts';
import type { Attempts } from './attempts.ts';

export interface RefreshCredentialOptions {
  /** Asks for the credential of each provider and puts it in place. */
  attempts: Attempts;
  /** Settles when everything that was announced so far is on disk. */
  settled: () => Promise<void>;
  now: () => number;
  random: () => number;
}

/** One attempt to get a credential, from the commit of its announcement to the file being in place. */
export function refreshCredential({ attempts, settled, now, random }: RefreshCredentialOptions) {
  return fromPromise<RefreshEnd, RefreshInput>(async ({ input: { provider, cause } }) => {
    await settled();
    const attempt = await attempts[provider](cause);
    if (attempt.kind === 'unavailable') return { ...attempt, random: random() };
    if (attempt.kind !== 'issued') return attempt;
    const lifetimeMs = attempt.expiresAt === null ? null : attempt.expiresAt - now();
    return { ...attempt, lifetimeMs, random: random() };
  });
}
