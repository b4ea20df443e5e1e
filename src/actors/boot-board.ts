import { Actor, type ActorRefFrom, type InspectionEvent } from 'xstate';
import type { bootMachine } from '../../machines/boot.machine.ts';
import type { LineRecord } from '../contract/records.ts';
import type { Boot } from '../contract/status.ts';
import type { HooksState } from '../projection/hooks-state.ts';
import type { Recorder } from '../projection/recorder.ts';

type BootActor = ActorRefFrom<typeof bootMachine>;

export interface BootBoardOptions {
  recorder: Recorder;
  logic: typeof bootMachine;
  hooks: { state: HooksState; bootId: string };
}

/** How far boot is: records its events, and tells snapshots. */
export class BootBoard {
  readonly #options: BootBoardOptions;
  #boot: Boot = { state: 'initializing', since: new Date().toISOString() };

  constructor(options: BootBoardOptions) {
    this.#options = options;
  }

  read(): Boot {
    return this.#boot;
  }

  /** Given to the root actor as an inspector: it hears of the boot actor before that does anything. */
  readonly inspect = (event: InspectionEvent): void => {
    if (event.type === '@xstate.actor' && this.#isBoot(event.actorRef)) this.#listen(event.actorRef);
  };

  #isBoot(actor: unknown): actor is BootActor {
    return actor instanceof Actor && actor.logic === this.#options.logic;
  }

  #listen(actor: BootActor): void {
    const { recorder } = this.#options;
    actor.on('boot.changed', (event) => {
      this.#boot = { ...event.payload, since: new Date().toISOString() };
      recorder.record([event.payload.state === 'ready' ? { ...event, record: this.#notePrepared() } : event]);
    });
    actor.on('engine.ready', (event) => recorder.record([event]));
  }

  /** In this boot of the machine the start hooks do not run again, whichever engine comes. */
  #notePrepared(): LineRecord {
    const { state, bootId } = this.#options.hooks;
    const record = { preparedBoot: bootId };
    state.fold(record);
    return record;
  }
}
