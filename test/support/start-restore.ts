import { SimulatedClock, createActor, fromPromise, type EventFrom, type InspectionEvent } from 'xstate';
import { restoreMachine } from '../../machines/restore.machine.ts';
import type { WorkspaceClaim } from '../../machines/restore.setup.ts';
import { takes } from './steps.ts';

/** Time passes (in milliseconds), or something comes of what was asked for. */
export type RestoreStep = EventFrom<typeof restoreMachine> | number;

const recordings = new WeakMap<object, string[]>();

function asking<Output>(what: string) {
  return fromPromise<Output, { epoch: number }>(({ input, system }) => {
    recordings.get(system)?.push(`${what} in ${input.epoch}`);
    return new Promise(() => undefined);
  });
}

/** Its actors only say what they were asked; a test answers for them. */
const machine = restoreMachine.provide({
  actors: {
    claimWorkspace: asking<WorkspaceClaim>('claim'),
    fetchWorkspace: asking<void>('fetch'),
    placeWorkspace: asking<WorkspaceClaim>('place'),
  },
});

/** A restoration on a clock the test owns. */
export function startRestore(inspect?: (event: InspectionEvent) => void) {
  const clock = new SimulatedClock();
  const heard: string[] = [];
  const restore = createActor(machine, { clock, ...(inspect === undefined ? {} : { inspect }) });
  recordings.set(restore.system, heard);
  restore.start();
  return { restore, clock, heard, take: takes(restore, clock) };
}

type Asked = 'claimWorkspace' | 'fetchWorkspace' | 'placeWorkspace';

function done(actor: Asked, output?: WorkspaceClaim): RestoreStep {
  return { type: `xstate.done.actor.${actor}`, output } as RestoreStep;
}

function failed(actor: Asked): RestoreStep {
  return { type: `xstate.error.actor.${actor}`, error: new Error(`${actor}: no answer`) };
}

export const CLAIMED = done('claimWorkspace', { kind: 'claimed', epoch: 7 });
export const NOTHING = done('claimWorkspace', { kind: 'nothing' });
export const TAKEN = done('claimWorkspace', { kind: 'taken', owner: 'other' });
export const CLAIM_FAILED = failed('claimWorkspace');
export const FETCHED = done('fetchWorkspace');
export const FETCH_FAILED = failed('fetchWorkspace');
export const PLACED = done('placeWorkspace', { kind: 'claimed', epoch: 7 });
export const TAKEN_MEANWHILE = done('placeWorkspace', { kind: 'taken', owner: 'other' });
export const PLACE_FAILED = failed('placeWorkspace');
