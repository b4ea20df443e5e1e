/** The vocabulary of the restore machine. */
import { assign, setup } from 'xstate';
import { backoff, reasonOf } from './failing.ts';
import { mustProvidePromise } from './must-provide.ts';

/** What came of asking for the workspace. `nothing`: nobody had it before. */
export type WorkspaceClaim =
  { kind: 'nothing' } | { kind: 'claimed'; epoch: number } | { kind: 'taken'; owner: string };

export interface RestoreContext {
  /** The epoch under which it is restored; 0 before there is one. */
  epoch: number;
  /** Who has the workspace, when it is not this engine; empty otherwise. */
  owner: string;
  /** Attempts in a row that came to nothing. */
  failures: number;
  /** Why it does not go on; empty while it does. */
  reason: string;
}

const restoreBackoffMs = backoff({ firstMs: 100, longestMs: 5_000 });

export const restoreSetup = setup({
  types: {} as {
    context: RestoreContext;
    events:
      | { type: 'xstate.done.actor.claimWorkspace'; output: WorkspaceClaim }
      | { type: 'xstate.error.actor.claimWorkspace'; error: unknown }
      | { type: 'xstate.error.actor.fetchWorkspace'; error: unknown }
      | { type: 'xstate.error.actor.placeWorkspace'; error: unknown };
  },
  actors: {
    claimWorkspace: mustProvidePromise<WorkspaceClaim, { epoch: number }>('claimWorkspace'),
    /** Brings everything onto this disk, beside the home. */
    fetchWorkspace: mustProvidePromise<void, { epoch: number }>('fetchWorkspace'),
    /** Puts it in its place, if nobody claimed the workspace meanwhile. */
    placeWorkspace: mustProvidePromise<WorkspaceClaim, { epoch: number }>('placeWorkspace'),
  },
  actions: {
    takeClaim: assign(({ event }) => {
      const claim = claimOf(event);
      return claim?.kind === 'claimed' ? { epoch: claim.epoch, reason: '' } : {};
    }),
    noteOwner: assign({
      owner: ({ event }) => {
        const claim = claimOf(event);
        return claim?.kind === 'taken' ? claim.owner : '';
      },
    }),
    noteFailure: assign({
      failures: ({ context }) => context.failures + 1,
      reason: ({ event }) => reasonOf(event),
    }),
  },
  guards: {
    isNothing: ({ event }) => claimOf(event)?.kind === 'nothing',
    isTaken: ({ event }) => claimOf(event)?.kind === 'taken',
  },
  delays: { backoff: ({ context }) => restoreBackoffMs(context, 1) },
});

function claimOf(event: object): WorkspaceClaim | undefined {
  return 'output' in event ? (event.output as WorkspaceClaim | undefined) : undefined;
}
