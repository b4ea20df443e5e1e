/**
 * The way of a workspace from power-on to ready.
 *
 * Boot waits for the sign that cloud-init has begun to write its log. A sign that never comes delays boot but does not
 * stop it: after `cloudInitLimit` the workspace goes on and says why.
 */
import { assign, emit, setup } from 'xstate';
import type { EngineEventBody } from '../src/contract/events.ts';
import { mustProvidePromise } from './must-provide.ts';

export type BootEmitted = EngineEventBody<'boot.changed' | 'engine.ready'>;

export interface BootContext {
  /** Why boot went on without what it waited for. */
  reason?: string;
}

export const bootMachine = setup({
  types: {} as { context: BootContext; emitted: BootEmitted },
  actors: { awaitCloudInit: mustProvidePromise<void, undefined>('awaitCloudInit') },
  actions: {
    rememberReason: assign({ reason: (_, params: { reason: string }) => params.reason }),
    announceReady: emit(({ context }) => ({
      type: 'boot.changed' as const,
      payload: {
        state: 'ready' as const,
        ...(context.reason === undefined ? {} : { reason: context.reason }),
      },
    })),
    announceEngineReady: emit({ type: 'engine.ready' as const, payload: { version: 'v1' as const } }),
  },
  delays: { cloudInitLimit: 600_000 },
}).createMachine({
  id: 'boot',
  context: {},
  initial: 'initializing',
  states: {
    initializing: {
      description: 'Waits for the cloud-init log, the sign that the VM has been provisioned.',
      invoke: {
        id: 'awaitCloudInit',
        src: 'awaitCloudInit',
        onDone: { target: 'ready' },
        onError: {
          target: 'ready',
          actions: {
            type: 'rememberReason',
            params: { reason: 'The cloud-init log could not be watched; boot went on without it.' },
          },
        },
      },
      after: {
        cloudInitLimit: {
          target: 'ready',
          actions: {
            type: 'rememberReason',
            params: { reason: 'The cloud-init log did not appear in time; boot went on without it.' },
          },
        },
      },
    },
    ready: {
      description: 'The workspace is prepared; waiting messages run.',
      type: 'final',
      entry: ['announceReady', 'announceEngineReady'],
    },
  },
});
