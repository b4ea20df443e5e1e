/** The vocabulary of the mirror machine. */
import { assign, emit, enqueueActions, sendTo, setup } from 'xstate';
import type { EngineEventBody } from '../src/contract/events.ts';
import { backoff, errorEvent, reasonOf } from './failing.ts';
import { mustProvideCallback, mustProvidePromise } from './must-provide.ts';

/** Whose the shared log is. */
export interface LogHolder {
  owner: string;
  epoch: number;
}

/** What came of asking for the shared log. `diverged`: it ends with an event that this home does not have. */
export type ClaimEnd =
  | { kind: 'claimed'; epoch: number; headId: string | null }
  | { kind: 'taken'; holder: LogHolder }
  | { kind: 'diverged'; headId: string | null };

/** Where copying begins: behind an event, or with the oldest one. */
export interface CopyInput {
  epoch: number;
  headId: string | null;
}

/** What copying says. `refused`: the log takes nothing from this epoch; `gapFound`: events left this home uncopied. */
export type CopyFact =
  | { type: 'copy.caughtUp' }
  | { type: 'copy.fellBehind' }
  | { type: 'copy.gapFound'; afterId: string; nextId: string }
  | { type: 'copy.refused' }
  | { type: 'copy.failed'; reason: string }
  | { type: 'copy.drained' };

export type MirrorEvent =
  | { type: 'mirror.drain' }
  | CopyFact
  | { type: 'xstate.done.actor.claimLog'; output: ClaimEnd }
  | { type: 'xstate.error.actor.claimLog'; error: unknown };

/** Another engine has the workspace now. Not for the journal. */
export interface WorkspaceMoved {
  type: 'workspace.moved';
}

export type MirrorEmitted = WorkspaceMoved | EngineEventBody<'error'>;

export interface MirrorContext {
  /** The epoch of this engine; 0 before it has one. */
  epoch: number;
  headId: string | null;
  /** Attempts in a row that came to nothing. */
  failures: number;
  /** Why nothing is copied; empty while it is. */
  reason: string;
}

export const mirrorBackoffMs = backoff({ firstMs: 100, longestMs: 5_000 });

export const mirrorSetup = setup({
  types: {} as { context: MirrorContext; events: MirrorEvent; emitted: MirrorEmitted },
  actors: {
    /** Raises the epoch, unless somebody raised it after us or the log is not one with this home. */
    claimLog: mustProvidePromise<ClaimEnd, { epoch: number }>('claimLog'),
    copyJournal: mustProvideCallback<{ type: 'copy.drain' }, CopyInput>('copyJournal'),
  },
  actions: {
    takeClaim: assign(({ context, event }) => {
      const claim = claimOf(event);
      return claim?.kind === 'claimed'
        ? { ...context, epoch: claim.epoch, headId: claim.headId, reason: '' }
        : context;
    }),
    noteFailure: assign({
      failures: ({ context }) => context.failures + 1,
      reason: ({ event }) => (event.type === 'copy.failed' ? event.reason : reasonOf(event)),
    }),
    forgetFailures: assign({ failures: 0 }),
    drainCopy: sendTo('copyJournal', { type: 'copy.drain' }),
    announceMove: enqueueActions(({ event, enqueue }) => {
      const claim = claimOf(event);
      if (claim?.kind !== 'taken') return;
      const { owner, epoch } = claim.holder;
      const message = `The workspace moved to the engine ${owner}; this one stops.`;
      enqueue.assign({ reason: 'Another engine has the workspace.' });
      enqueue.emit(errorEvent('workspace_moved', { message, context: { owner, epoch } }));
      enqueue.emit({ type: 'workspace.moved' });
    }),
    announceDivergence: enqueueActions(({ event, enqueue }) => {
      const claim = claimOf(event);
      if (claim?.kind !== 'diverged') return;
      const reason = 'The shared log has events that this home does not have';
      const context = { headId: claim.headId };
      enqueue.assign({ reason: `${reason}.` });
      enqueue.emit(errorEvent('mirror_diverged', { message: `${reason}: nothing is mirrored.`, context }));
    }),
    announceGap: emit(({ event }) => {
      const { afterId = '', nextId = '' } = event.type === 'copy.gapFound' ? event : {};
      return errorEvent('mirror_gap', {
        message: 'The shared log was away for so long that events left this home before they were copied.',
        context: { afterId, nextId },
      });
    }),
  },
  guards: {
    isTaken: ({ event }) => claimOf(event)?.kind === 'taken',
    isDiverged: ({ event }) => claimOf(event)?.kind === 'diverged',
  },
  delays: { backoff: ({ context }) => mirrorBackoffMs(context, 1), lookAgain: 60_000 },
});

function claimOf(event: MirrorEvent): ClaimEnd | undefined {
  return event.type === 'xstate.done.actor.claimLog' ? event.output : undefined;
}
