import { SimulatedClock, createActor, fromPromise } from 'xstate';
import type { InspectionEvent } from 'xstate';
import { bootMachine } from '../../machines/boot.machine.ts';
import type { BootEmitted, Unrestored } from '../../machines/boot.machine.ts';
import { takes } from './steps.ts';

/** What each step of boot waits for; it is over when that settles. */
export interface BootSigns {
  cloudInit: Promise<void>;
  restore: Promise<Unrestored[]>;
  repositories: Promise<void>;
  hooks: Promise<void>;
}

type Wait = BootSigns & { isOver: boolean };

export interface BootOptions {
  inspect?: ((event: InspectionEvent) => void) | undefined;
  /** The workspace came here from another machine. */
  wasMoved?: boolean;
}

/** The signs that each boot waits for, and whether it still waits for cloud-init. */
const waits = new WeakMap<object, Wait>();

const machine = bootMachine.provide({
  actors: {
    awaitCloudInit: fromPromise<void, undefined>(async ({ system, signal }) => {
      const wait = waits.get(system);
      signal.addEventListener('abort', () => wait && (wait.isOver = true));
      await wait?.cloudInit;
    }),
    restoreRepositories: fromPromise<Unrestored[], undefined>(
      ({ system }) => waits.get(system)?.restore ?? NEVER,
    ),
    discoverRepositories: fromPromise<void, undefined>(
      ({ system }) => waits.get(system)?.repositories ?? NEVER,
    ),
    runStartHooks: fromPromise<void, undefined>(({ system }) => waits.get(system)?.hooks ?? NEVER),
  },
});

const moved = machine.provide({ guards: { wasMoved: () => true } });

/** A boot that waits for these signs to settle, on a clock the test owns. */
export function startBoot(signs: Partial<BootSigns> = {}, { inspect, wasMoved = false }: BootOptions = {}) {
  const clock = new SimulatedClock();
  const emitted: BootEmitted[] = [];
  const wait: Wait = {
    cloudInit: NEVER,
    restore: NEVER,
    repositories: NEVER,
    hooks: NEVER,
    ...signs,
    isOver: false,
  };
  const boot = createActor(wasMoved ? moved : machine, {
    clock,
    ...(inspect === undefined ? {} : { inspect }),
  });
  waits.set(boot.system, wait);
  boot.on('*', (event) => emitted.push(event));
  boot.start();
  return { boot, clock, emitted, wait, take: takes(boot, clock) };
}

export const NEVER = new Promise<never>(() => undefined);
