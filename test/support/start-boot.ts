import { SimulatedClock, createActor, fromPromise } from 'xstate';
import type { InspectionEvent } from 'xstate';
import { bootMachine } from '../../machines/boot.machine.ts';
import type { BootEmitted } from '../../machines/boot.machine.ts';

/** The sign that each boot waits for, and whether it still does. */
const waits = new WeakMap<object, { sign: Promise<void>; isOver: boolean }>();

const machine = bootMachine.provide({
  actors: {
    awaitCloudInit: fromPromise<void, undefined>(async ({ system, signal }) => {
      const wait = waits.get(system);
      signal.addEventListener('abort', () => wait && (wait.isOver = true));
      await wait?.sign;
    }),
  },
});

/** A boot that waits for `sign` to settle, on a clock the test owns. */
export function startBoot(sign: Promise<void>, inspect?: (event: InspectionEvent) => void) {
  const clock = new SimulatedClock();
  const emitted: BootEmitted[] = [];
  const wait = { sign, isOver: false };
  const boot = createActor(machine, { clock, ...(inspect === undefined ? {} : { inspect }) });
  waits.set(boot.system, wait);
  boot.on('*', (event) => emitted.push(event));
  boot.start();
  return { boot, clock, emitted, wait };
}

export const NEVER = new Promise<void>(() => undefined);
