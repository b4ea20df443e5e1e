/** The vocabulary of the archive machine. */
import { assign, enqueueActions, setup, type EventObject } from 'xstate';
import type { EngineEventBody } from '../src/contract/events.ts';
import { backoff, errorEvent, reasonOf } from './failing.ts';
import { mustProvideCallback, mustProvidePromise } from './must-provide.ts';

/** So many attempts in a row are a minute and more. */
const FAILURES_TOLD = 6;
const OMISSIONS_TOLD = 20;

/** Something that is not in an archive, and why. */
export interface ArchiveOmission {
  path: string;
  size?: number | undefined;
  reason: string;
}

/** An archive that is complete in the store. */
export interface ArchiveTaken {
  takenAt: string;
  /** Everything of the log up to here is in it. */
  lastEventId: string;
  bytes: number;
  pieces: number;
  omitted: ArchiveOmission[];
}

/** What came of an archive. `superseded`: the store has one of an engine that came later. */
export type ArchiveEnd = { kind: 'taken'; taken: ArchiveTaken } | { kind: 'superseded'; epoch: number };

export type ArchiveEvent =
  | { type: 'archive.want' }
  | { type: 'archive.drain' }
  | { type: 'xstate.done.actor.takeArchive'; output: ArchiveEnd }
  | { type: 'xstate.error.actor.takeArchive'; error: unknown };

export type ArchiveEmitted = EngineEventBody<'error'>;

export interface ArchiveContext {
  /** Something came to an end while an archive was taken, or shortly after. */
  isWanted: boolean;
  isDraining: boolean;
  /** Attempts in a row that came to nothing. */
  failures: number;
  /** Why nothing is archived; empty while it is. */
  reason: string;
  taken: ArchiveTaken | null;
}

export const archiveBackoffMs = backoff({ firstMs: 1_000, longestMs: 60_000 });

export const archiveSetup = setup({
  types: {} as { context: ArchiveContext; events: ArchiveEvent; emitted: ArchiveEmitted },
  actors: {
    /** Wants an archive when something came to an end. */
    reasons: mustProvideCallback<EventObject, undefined>('reasons'),
    takeArchive: mustProvidePromise<ArchiveEnd, undefined>('takeArchive'),
  },
  actions: {
    begin: assign({ isWanted: false }),
    wantMore: assign({ isWanted: true }),
    noteDrain: assign({ isDraining: true }),
    takeNote: assign(({ context, event }) => {
      const end = endOf(event);
      return end?.kind === 'taken' ? { ...context, taken: end.taken, failures: 0, reason: '' } : context;
    }),
    noteFailure: assign({
      failures: ({ context }) => context.failures + 1,
      reason: ({ event }) => reasonOf(event),
    }),
    announceAway: enqueueActions(({ context: { failures, reason }, enqueue }) => {
      if (failures !== FAILURES_TOLD) return;
      enqueue.emit(
        errorEvent('archive_away', { message: `The archive is away: ${reason}`, context: { failures } }),
      );
    }),
    announceOmissions: enqueueActions(({ context: { taken }, event, enqueue }) => {
      const end = endOf(event);
      const omitted = end?.kind === 'taken' ? end.taken.omitted : [];
      if (omitted.length === 0 || isSame(omitted, taken?.omitted ?? [])) return;
      const message = `Not everything is in the archive: ${omitted.length} left out.`;
      const context = { count: omitted.length, omitted: omitted.slice(0, OMISSIONS_TOLD) };
      enqueue.emit(errorEvent('archive_incomplete', { message, context }));
    }),
    announceSuperseded: enqueueActions(({ event, enqueue }) => {
      const end = endOf(event);
      if (end?.kind !== 'superseded') return;
      const reason = 'Another engine archives the workspace';
      const context = { epoch: end.epoch };
      enqueue.assign({ reason: `${reason}.` });
      enqueue.emit(
        errorEvent('archive_superseded', { message: `${reason}: this one does no more.`, context }),
      );
    }),
  },
  guards: {
    isSuperseded: ({ event }) => endOf(event)?.kind === 'superseded',
    isDraining: ({ context }) => context.isDraining,
    isWanted: ({ context }) => context.isWanted,
  },
  delays: { pause: 5_000, backoff: ({ context }) => archiveBackoffMs(context, 1) },
});

function endOf(event: ArchiveEvent): ArchiveEnd | undefined {
  return event.type === 'xstate.done.actor.takeArchive' ? event.output : undefined;
}

function isSame(one: readonly ArchiveOmission[], other: readonly ArchiveOmission[]): boolean {
  const named = (omitted: readonly ArchiveOmission[]) =>
    omitted.map(({ path, reason }) => `${reason} ${path}`).join('\n');
  return named(one) === named(other);
}
