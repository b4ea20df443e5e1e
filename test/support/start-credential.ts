import { SimulatedClock, createActor, fromCallback } from 'xstate';
import type { InspectionEvent } from 'xstate';
import { credentialMachine } from '../../machines/credential.machine.ts';
import type {
  CredentialEmitted,
  CredentialEvent,
  RefreshEnd,
  RefreshInput,
} from '../../machines/credential.setup.ts';
import type { RefreshRequest } from '../../src/contract/monolith.ts';
import { takes } from './steps.ts';

/** Time passes (in milliseconds), or something reaches the credential. */
export type CredentialStep = CredentialEvent | number;

const recordings = new WeakMap<object, (RefreshRequest | 'let go')[]>();

const machine = credentialMachine.provide({
  actors: {
    // A promise as far as the machine can tell: its end is sent by the test.
    refreshCredential: fromCallback<never, RefreshInput>(({ input, system }) => {
      recordings.get(system)?.push(input.cause);
      return () => recordings.get(system)?.push('let go');
    }) as never,
  },
});

/** A credential whose refreshes only record why they were asked for, on a clock the test owns. */
export function startCredential(inspect?: (event: InspectionEvent) => void) {
  const clock = new SimulatedClock();
  const emitted: CredentialEmitted[] = [];
  const asked: (RefreshRequest | 'let go')[] = [];
  const input = { provider: 'claude' as const };
  const credential = createActor(machine, { clock, input, ...(inspect === undefined ? {} : { inspect }) });
  recordings.set(credential.system, asked);
  credential.on('*', (event) => emitted.push(event));
  credential.start();
  const take = takes(credential, clock);

  const states = () =>
    emitted.map((event) => (event.type === 'credentials.changed' ? event.payload.state : event.payload.code));
  const messages = () => emitted.flatMap((event) => (event.type === 'error' ? [event.payload.message] : []));
  const requests = () => asked.filter((entry) => entry !== 'let go');
  const context = () => credential.getSnapshot().context;
  return { credential, clock, emitted, asked, take, states, messages, requests, context };
}

export type CredentialHarness = ReturnType<typeof startCredential>;

/** So long is the wait after {@link ISSUED}: an hour less ten minutes. */
export const HOUR = 3_600_000;
export const AHEAD = 600_000;

export const ISSUED = done({
  kind: 'issued',
  source: 'oauth',
  expiresAt: HOUR,
  lifetimeMs: HOUR,
  random: 0,
});
export const ABSENT = done({ kind: 'absent' });
export const REFUSED = done({ kind: 'refused', reason: 'It answered 403.' });
export const UNAVAILABLE = done({ kind: 'unavailable', reason: 'It answered 503.', random: 0 });
export const BROKEN: CredentialEvent = { type: 'xstate.error.actor.refresh', error: new Error('broken') };
export const MANUAL: CredentialEvent = { type: 'refresh.request', reason: 'manual' };
export const REJECTED: CredentialEvent = {
  type: 'refresh.request',
  reason: 'rejected',
  rejectedTokenSha256: 'abc',
};
export const JUMPED: CredentialEvent = { type: 'clock.jumped' };

export function done(output: RefreshEnd): CredentialEvent {
  return { type: 'xstate.done.actor.refresh', output };
}
