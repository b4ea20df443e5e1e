import { Actor, StateMachine } from 'xstate';
import type { ActorRefFrom, AnyActorRef, EventObject, InspectionEvent } from 'xstate';
import type { ChatEmitted } from '../../machines/chat.events.ts';
import type { chatMachine } from '../../machines/chat.machine.ts';
import type { Log } from '../log.ts';
import { conditionOf } from './projection/chat-condition.ts';
import { isSource, type Sayings } from './projection/event-table.ts';
import type { Recorder } from './projection/recorder.ts';

export type ChatActor = ActorRefFrom<typeof chatMachine>;

type Said = Sayings[keyof Sayings];

/** What else happens when something was said, by the type of that. */
export type Reactions = {
  [Type in Said['type']]?: (said: Extract<Said, { type: Type }>, actor: AnyActorRef) => void;
};

export interface RecordActorsOptions {
  recorder: Recorder;
  reactions: Reactions;
  log: Log;
}

/**
 * Given to the root actor as its inspector: it hears of each actor before that does anything. What a machine says is
 * recorded as soon as it happened; what a chat says in one step, as one group.
 */
export function recordActors({ recorder, reactions, log }: RecordActorsOptions) {
  return (event: InspectionEvent): void => {
    if (event.type !== '@xstate.actor') return;
    const { actorRef: actor } = event;
    if (!(actor instanceof Actor) || !(actor.logic instanceof StateMachine)) return;
    const { id: source } = actor.logic;
    if (source === 'chat') return recordSteps(actor as AnyActorRef as ChatActor, recorder);
    if (!isSource(source)) return;
    const listener = (said: EventObject) => {
      recorder.tell(source, said as never);
      reactions[said.type as Said['type']]?.(said as never, actor);
    };
    actor.on('*', actor._parent === undefined ? logged(listener, log) : guarded(actor, listener));
  };
}

function recordSteps(actor: ChatActor, recorder: Recorder): void {
  const emitted: ChatEmitted[] = [];
  actor.on('*', (said) => emitted.push(said));
  actor.subscribe({
    next: guarded(actor, (snapshot) =>
      recorder.tellChat(snapshot.context.record, emitted.splice(0), conditionOf(snapshot)),
    ),
    error: () => undefined, // the engine machine decides what becomes of the chat
  });
}

/**
 * `listener` of `actor`: when it throws, the actor breaks instead of the engine, and whoever supervises the actor reports
 * it and starts it again.
 */
export function guarded<Event>(actor: AnyActorRef, listener: (event: Event) => void): (event: Event) => void {
  return attempted(listener, (error) => {
    // A statechart without a transition for an event of this family ends with its error.
    actor.send({ type: 'xstate.error.actorListener', error });
  });
}

/** Nothing supervises the engine machine: what its listeners throw is only told. */
function logged<Event>(listener: (event: Event) => void, log: Log): (event: Event) => void {
  return attempted(listener, (error) => log.error({ err: error }, 'what an actor did could not be recorded'));
}

function attempted<Event>(listener: (event: Event) => void, onError: (error: unknown) => void) {
  return (event: Event): void => {
    try {
      listener(event);
    } catch (error) {
      onError(error);
    }
  };
}
