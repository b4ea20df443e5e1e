import { Actor, type ActorRefFrom, type InspectionEvent } from 'xstate';
import type { bootMachine } from '../../machines/boot.machine.ts';
import type { Boot } from '../contract/status.ts';
import type { Recorder } from '../projection/recorder.ts';

type BootActor = ActorRefFrom<typeof bootMachine>;

/** How far boot is: records its events, and tells snapshots. */
export class BootBoard {
  readonly #recorder: Recorder;
  readonly #logic: typeof bootMachine;
  #boot: Boot = { state: 'initializing', since: new Date().toISOString() };

  constructor(recorder: Recorder, logic: typeof bootMachine) {
    this.#recorder = recorder;
    this.#logic = logic;
  }

  read(): Boot {
    return this.#boot;
  }

  /** Given to the root actor as an inspector: it hears of the boot actor before that does anything. */
  readonly inspect = (event: InspectionEvent): void => {
    if (event.type === '@xstate.actor' && this.#isBoot(event.actorRef)) this.#listen(event.actorRef);
  };

  #isBoot(actor: unknown): actor is BootActor {
    return actor instanceof Actor && actor.logic === this.#logic;
  }

  #listen(actor: BootActor): void {
    actor.on('boot.changed', (event) => {
      this.#boot = { ...event.payload, since: new Date().toISOString() };
      this.#recorder.record([event]);
    });
    actor.on('engine.ready', (event) => this.#recorder.record([event]));
  }
}
