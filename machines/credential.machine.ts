/**
 * The credential of one provider: asked for at the start, before it ends, when it was rejected and when someone wants it.
 *
 * One attempt runs at a time; whoever asks meanwhile gets what it brings. A failed attempt is repeated with growing
 * waits and changes nothing about the credential that is in place. Where nothing is configured, and where the control
 * plane refuses, it is asked again each hour; a refusal is reported once, until its reason is another one or it is over.
 * After a jump of the clock nothing is known about expiry: it is asked at once.
 */
import { credentialSetup } from './credential.setup.ts';

export const credentialMachine = credentialSetup.createMachine({
  id: 'credential',
  context: ({ input }) => ({
    provider: input.provider,
    cause: { reason: 'boot' },
    source: null,
    expiresAt: null,
    consecutiveFailures: 0,
    lastError: null,
    reportedRefusal: null,
    waitMs: 0,
  }),
  initial: 'refreshing',
  on: {
    'refresh.request': { target: '.refreshing', actions: 'takeRequest' },
    'clock.jumped': { target: '.refreshing', actions: 'expectExpiry' },
  },
  states: {
    refreshing: {
      description: 'The control plane is being asked; leaving this state drops the attempt.',
      entry: { type: 'announce', params: { state: 'refreshing' } },
      invoke: {
        id: 'refresh',
        src: 'refreshCredential',
        input: ({ context }) => ({ provider: context.provider, cause: context.cause }),
        onDone: [
          { guard: 'isIssued', target: 'fresh', actions: 'noteIssued' },
          { guard: 'isAbsent', target: 'absent', actions: 'noteAbsent' },
          { guard: 'isRefused', target: 'rejected', actions: 'noteRefusal' },
          { target: 'backingOff', actions: 'noteFailure' },
        ],
        onError: { target: 'backingOff', actions: 'noteFailure' },
      },
      on: { 'refresh.request': {}, 'clock.jumped': {} },
      after: { attemptLimit: { target: 'backingOff', actions: 'noteFailure' } },
    },
    fresh: {
      description: 'The credential is in place and good for a while.',
      entry: { type: 'announce', params: { state: 'fresh' } },
      after: { refreshAhead: { target: 'refreshing', actions: 'expectExpiry' } },
    },
    absent: {
      description: 'Nothing is configured for this provider yet.',
      entry: { type: 'announce', params: { state: 'absent' } },
      after: { hourly: { target: 'refreshing', actions: 'expectExpiry' } },
    },
    backingOff: {
      description: 'The last attempt failed; the next one has the same reason.',
      entry: { type: 'announce', params: { state: 'backingOff' } },
      on: { 'clock.jumped': { target: 'refreshing' } },
      after: { backoff: { target: 'refreshing' } },
    },
    rejected: {
      description: 'The control plane refuses; someone has to log in there again.',
      entry: { type: 'announce', params: { state: 'rejected' } },
      always: { guard: 'isNewRefusal', actions: ['announceRefusal', 'keepReported'] },
      after: { hourly: { target: 'refreshing', actions: 'expectExpiry' } },
    },
  },
});
