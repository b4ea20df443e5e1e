import type { AnyActorRef } from 'xstate';

/**
 * `listener` of `actor`: when it throws, the actor breaks instead of the engine, and whoever supervises the actor reports
 * it and starts it again.
 */
export function guarded<Event>(actor: AnyActorRef, listener: (event: Event) => void): (event: Event) => void {
  return (event) => {
    try {
      listener(event);
    } catch (error) {
      // A statechart without a transition for an event of this family ends with its error.
      actor.send({ type: 'xstate.error.actorListener', error });
    }
  };
}
