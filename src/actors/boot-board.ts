import { Actor, type ActorRefFrom, type InspectionEvent } from 'xstate';
import type { bootMachine } from '../../machines/boot.machine.ts';
import type { Log } from '../log.ts';
import type { LineRecord } from '../contract/records.ts';
import type { Boot } from '../contract/status.ts';
import type { HooksState } from '../projection/hooks-state.ts';
import { guarded } from './guarded.ts';
import type { Recorder } from '../projection/recorder.ts';
import { bootAt, type BootLimits } from './boot-wait.ts';

type BootActor = ActorRefFrom<typeof bootMachine>;

export interface BootBoardOptions {
  recorder: Recorder;
  logic: typeof bootMachine;
  hooks: { state: HooksState; bootId: string };
  limits: BootLimits;
  log: Log;
}

/** How far boot is: records its events, and tells snapshots. */
export class BootBoard {
  readonly #options: BootBoardOptions;
  #boot: Boot;

  constructor(options: BootBoardOptions) {
    this.#options = options;
    this.#boot = bootAt('initializing', options.limits);
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

  /** The engine goes on without the rest of boot. */
  giveUp(): void {
    const { recorder } = this.#options;
    this.#note({
      state: 'ready',
      reason: 'Boot broke again and again; the engine goes on without the rest of it.',
    });
    recorder.record([{ type: 'engine.ready', payload: { version: 'v1' } }]);
  }

  #listen(actor: BootActor): void {
    const { recorder } = this.#options;
    actor.on(
      'boot.changed',
      guarded(actor, ({ payload }) =>
        this.#note(payload, payload.state === 'ready' ? this.#notePrepared() : undefined),
      ),
    );
    actor.on(
      'engine.ready',
      guarded(actor, (event) => recorder.record([event])),
    );
    actor.on(
      'error',
      guarded(actor, (event) => recorder.record([event])),
    );
  }

  #note({ state, reason }: Pick<Boot, 'state' | 'reason'>, record?: LineRecord): void {
    const before = this.#boot;
    this.#boot = { ...bootAt(state, this.#options.limits), ...(reason !== undefined && { reason }) };
    this.#tell(before);
    const { since: _, ...payload } = this.#boot;
    this.#options.recorder.record([{ type: 'boot.changed', payload, ...(record && { record }) }]);
  }

  /** In the log, for whoever wonders why nothing runs. */
  #tell(before: Boot): void {
    const { log } = this.#options;
    const { state, reason, waitingFor } = this.#boot;
    if (reason !== undefined && reason !== before.reason) log.warn({ state, reason }, 'boot went on without');
    if (waitingFor?.for === 'cloudInit') log.warn({ state, waitingFor }, 'boot waits');
    else log.info({ state, ...(waitingFor && { waitingFor }) }, 'boot goes on');
  }

  /** In this boot of the machine the start hooks do not run again, whichever engine comes. */
  #notePrepared(): LineRecord {
    const { state, bootId } = this.#options.hooks;
    const record = { preparedBoot: bootId };
    state.fold(record);
    return record;
  }
}
