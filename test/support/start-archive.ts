import { SimulatedClock, createActor, fromCallback, fromPromise } from 'xstate';
import type { InspectionEvent } from 'xstate';
import { archiveMachine } from '../../machines/archive.machine.ts';
import type { ArchiveEmitted, ArchiveEnd, ArchiveEvent } from '../../machines/archive.setup.ts';
import { takes } from './steps.ts';

/** Time passes (in milliseconds), or something is said to the archive. */
export type ArchiveStep = ArchiveEvent | number;

const takings = new WeakMap<object, { count: number }>();

/** Its actors only count how often they were asked; a test answers for them. */
const machine = archiveMachine.provide({
  actors: {
    reasons: fromCallback(() => undefined),
    takeArchive: fromPromise<ArchiveEnd, undefined>(({ system }) => {
      takings.get(system)!.count += 1;
      return new Promise(() => undefined);
    }),
  },
});

/** An archive on a clock the test owns. */
export function startArchive(inspect?: (event: InspectionEvent) => void) {
  const clock = new SimulatedClock();
  const emitted: ArchiveEmitted[] = [];
  const asked = { count: 0 };
  const archive = createActor(machine, { clock, ...(inspect === undefined ? {} : { inspect }) });
  takings.set(archive.system, asked);
  archive.on('*', (event) => emitted.push(event));
  archive.start();
  return { archive, clock, emitted, asked, take: takes(archive, clock) };
}

export function taken(lastEventId = 'e1', ...omitted: string[]): ArchiveEvent {
  const output: ArchiveEnd = {
    kind: 'taken',
    taken: {
      takenAt: '2026-01-01T00:00:00.000Z',
      lastEventId,
      bytes: 10,
      pieces: 1,
      omitted: omitted.map((path) => ({ path, reason: 'fileTooLarge' })),
    },
  };
  return { type: 'xstate.done.actor.takeArchive', output };
}

export const WANT: ArchiveEvent = { type: 'archive.want' };
export const DRAIN: ArchiveEvent = { type: 'archive.drain' };
export const TAKEN = taken();
export const SUPERSEDED: ArchiveEvent = {
  type: 'xstate.done.actor.takeArchive',
  output: { kind: 'superseded', epoch: 9 },
};
export const FAILED: ArchiveEvent = {
  type: 'xstate.error.actor.takeArchive',
  error: new Error('no answer'),
};
