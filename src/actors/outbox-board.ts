import { Actor, type ActorRefFrom, type InspectionEvent } from 'xstate';
import type { outboxMachine } from '../../machines/outbox.machine.ts';
import { guarded } from './guarded.ts';
import type { Recorder } from '../projection/recorder.ts';

type OutboxActor = ActorRefFrom<typeof outboxMachine>;

export interface OutboxBoardOptions {
  recorder: Recorder;
  logic: typeof outboxMachine;
  settle: (id: string) => void;
}

/** Records what the outbox says, and moves its cursor. */
export class OutboxBoard {
  readonly #options: OutboxBoardOptions;

  constructor(options: OutboxBoardOptions) {
    this.#options = options;
  }

  /** Given to the root actor as an inspector: it hears of the outbox before that does anything. */
  readonly inspect = (event: InspectionEvent): void => {
    if (event.type === '@xstate.actor' && this.#isOutbox(event.actorRef)) this.#listen(event.actorRef);
  };

  #isOutbox(actor: unknown): actor is OutboxActor {
    return actor instanceof Actor && actor.logic === this.#options.logic;
  }

  #listen(actor: OutboxActor): void {
    const { recorder, settle } = this.#options;
    actor.on(
      'event.settled',
      guarded(actor, ({ id }) => settle(id)),
    );
    actor.on(
      'error',
      guarded(actor, (event) => recorder.record([event])),
    );
  }
}
