import { SimulatedClock, createActor, fromCallback, fromPromise } from 'xstate';
import type { InspectionEvent } from 'xstate';
import { mirrorMachine } from '../../machines/mirror.machine.ts';
import type { ClaimEnd, CopyInput, MirrorEmitted, MirrorEvent } from '../../machines/mirror.setup.ts';
import { takes } from './steps.ts';

/** Time passes (in milliseconds), or something is said to the mirror. */
export type MirrorStep = MirrorEvent | number;

const recordings = new WeakMap<object, string[]>();

/** Its actors only say what they were asked; a test answers for them. */
const machine = mirrorMachine.provide({
  actors: {
    claimLog: fromPromise<ClaimEnd, { epoch: number }>(({ input, system }) => {
      recordings.get(system)?.push(`claim after ${input.epoch}`);
      return new Promise(() => undefined);
    }),
    copyJournal: fromCallback<{ type: 'copy.drain' }, CopyInput>(({ input, system, receive }) => {
      recordings.get(system)?.push(`copy behind ${input.headId} in ${input.epoch}`);
      receive(({ type }) => recordings.get(system)?.push(type));
      return () => recordings.get(system)?.push('stop copying');
    }),
  },
});

/** A mirror on a clock the test owns. */
export function startMirror(inspect?: (event: InspectionEvent) => void) {
  const clock = new SimulatedClock();
  const emitted: MirrorEmitted[] = [];
  const heard: string[] = [];
  const mirror = createActor(machine, { clock, ...(inspect === undefined ? {} : { inspect }) });
  recordings.set(mirror.system, heard);
  mirror.on('*', (event) => emitted.push(event));
  mirror.start();
  return { mirror, clock, emitted, heard, take: takes(mirror, clock) };
}

export const HOLDER = { owner: 'other', epoch: 8 };

export function claimed(output: ClaimEnd): MirrorEvent {
  return { type: 'xstate.done.actor.claimLog', output };
}

export const CLAIMED = claimed({ kind: 'claimed', epoch: 7, headId: 'head' });
export const TAKEN = claimed({ kind: 'taken', holder: HOLDER });
export const DIVERGED = claimed({ kind: 'diverged', headId: 'strange' });
export const CLAIM_FAILED: MirrorEvent = {
  type: 'xstate.error.actor.claimLog',
  error: new Error('no answer'),
};
export const CAUGHT_UP: MirrorEvent = { type: 'copy.caughtUp' };
export const FELL_BEHIND: MirrorEvent = { type: 'copy.fellBehind' };
export const GAP: MirrorEvent = { type: 'copy.gapFound', afterId: 'a', nextId: 'c' };
export const COPY_REFUSED: MirrorEvent = { type: 'copy.refused' };
export const COPY_FAILED: MirrorEvent = { type: 'copy.failed', reason: 'connection lost' };
export const COPY_DRAINED: MirrorEvent = { type: 'copy.drained' };
export const DRAIN: MirrorEvent = { type: 'mirror.drain' };
