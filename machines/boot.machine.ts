/**
 * The way of a workspace from power-on to ready.
 *
 * Boot waits for the sign that cloud-init has begun to write its log; a workspace that came here from another machine gets
 * its repositories back; then boot looks which repositories there are and runs their
 * start hooks. Nothing of this stops it: after `cloudInitLimit` it goes on without the sign, after `repositoriesLimit` without
 * those that do not answer, and what fails is passed over; the reason says what was missing.
 */
import { emit, enqueueActions, setup } from 'xstate';
import type { EngineEventBody } from '../src/contract/events.ts';
import type { BootState } from '../src/contract/status.ts';
import { errorEvent } from './failing.ts';
import { mustProvidePromise } from './must-provide.ts';

export type BootEmitted = EngineEventBody<'boot.changed' | 'engine.ready' | 'error'>;

/** What of a workspace could not be brought here, for the `error` event that names it. */
export interface Unrestored {
  message: string;
  context: Record<string, unknown>;
}

export interface BootContext {
  /** Why boot went on without what it waited for. */
  reason?: string;
}

const bootBase = setup({
  types: {} as { context: BootContext; emitted: BootEmitted },
  actors: {
    awaitCloudInit: mustProvidePromise<void, undefined>('awaitCloudInit'),
    restoreRepositories: mustProvidePromise<Unrestored[], undefined>('restoreRepositories'),
    discoverRepositories: mustProvidePromise<void, undefined>('discoverRepositories'),
    runStartHooks: mustProvidePromise<void, undefined>('runStartHooks'),
  },
  guards: { wasMoved: () => false },
  delays: { cloudInitLimit: 600_000, repositoriesLimit: 8_000 },
  actions: {
    announce: emit(({ context }, params: { state: BootState }) => ({
      type: 'boot.changed' as const,
      payload: {
        state: params.state,
        ...(context.reason === undefined ? {} : { reason: context.reason }),
      },
    })),
    reportUnrestored: enqueueActions(({ enqueue, event }) => {
      const { output = [] } = event as { output?: Unrestored[] };
      for (const payload of output) enqueue.emit(errorEvent('restore_incomplete', payload));
    }),
    reportRepositoriesLate: emit(
      errorEvent('repositories_late', {
        message: 'Boot went on without repositories that did not answer in time; `GET /repos` says which.',
      }),
    ),
    announceEngineReady: emit({ type: 'engine.ready' as const, payload: { version: 'v1' as const } }),
  },
});

/** Boot goes on without something, and says so from then on. */
function passesOver(missing: string) {
  return bootBase.assign(({ context: { reason } }) => ({
    reason: reason === undefined ? missing : `${reason} ${missing}`,
  }));
}

const bootSetup = bootBase.extend({
  actions: {
    passOverUnwatched: passesOver('The cloud-init log could not be watched; boot went on without it.'),
    passOverLog: passesOver('The cloud-init log did not appear in time; boot went on without it.'),
    passOverRestore: passesOver('The repositories could not be restored; boot went on without that.'),
    passOverListing: passesOver('The repositories could not be listed; boot went on without them.'),
    passOverLate: passesOver('Not every repository answered in time; boot went on without those.'),
    passOverHooks: passesOver('The start hooks could not be run; boot went on without them.'),
  },
});

export const bootMachine = bootSetup.createMachine({
  id: 'boot',
  context: {},
  initial: 'initializing',
  states: {
    initializing: {
      description: 'Waits for the cloud-init log, the sign that the VM has been provisioned.',
      entry: { type: 'announce', params: { state: 'initializing' } },
      invoke: {
        id: 'awaitCloudInit',
        src: 'awaitCloudInit',
        onDone: { target: 'provisioned' },
        onError: { target: 'provisioned', actions: 'passOverUnwatched' },
      },
      after: {
        cloudInitLimit: { target: 'provisioned', actions: 'passOverLog' },
      },
    },
    provisioned: {
      description: 'Did the workspace come here from another machine?',
      always: [{ guard: 'wasMoved', target: 'restoring' }, { target: 'discoveringRepositories' }],
    },
    restoring: {
      description: 'Puts the repositories back into the state they had on the other machine.',
      entry: { type: 'announce', params: { state: 'restoring' } },
      invoke: {
        id: 'restoreRepositories',
        src: 'restoreRepositories',
        onDone: { target: 'discoveringRepositories', actions: 'reportUnrestored' },
        onError: { target: 'discoveringRepositories', actions: 'passOverRestore' },
      },
    },
    discoveringRepositories: {
      description: 'Finds the repositories of the workspace.',
      entry: { type: 'announce', params: { state: 'discoveringRepositories' } },
      invoke: {
        id: 'discoverRepositories',
        src: 'discoverRepositories',
        onDone: { target: 'runningHooks' },
        onError: { target: 'runningHooks', actions: 'passOverListing' },
      },
      after: {
        repositoriesLimit: { target: 'runningHooks', actions: ['passOverLate', 'reportRepositoriesLate'] },
      },
    },
    runningHooks: {
      description: 'The start hooks of the repositories run, each with its own time limit.',
      entry: { type: 'announce', params: { state: 'runningHooks' } },
      invoke: {
        id: 'runStartHooks',
        src: 'runStartHooks',
        onDone: { target: 'ready' },
        onError: { target: 'ready', actions: 'passOverHooks' },
      },
    },
    ready: {
      description: 'The workspace is prepared; waiting messages run.',
      type: 'final',
      entry: [{ type: 'announce', params: { state: 'ready' } }, 'announceEngineReady'],
    },
  },
});
