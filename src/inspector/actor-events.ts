import type { AnyActorRef, AnyMachineSnapshot } from 'xstate';
import type { ActorEvent } from '../contract/actors.ts';
import { EngineError } from '../errors.ts';
import { actorsBelow, pathOf } from './actor-views.ts';

/** Sends events to the machines below a root by hand, to try them out. */
export class ActorEvents {
  readonly #root: AnyActorRef;

  constructor(root: AnyActorRef) {
    this.#root = root;
  }

  /**
   * The types of the events that mean something to an actor as it stands.
   * @throws {EngineError} `ACTOR_NOT_FOUND`
   */
  accepted(path: string): string[] {
    return acceptedBy(this.#find(path));
  }

  /** @throws {EngineError} `ACTOR_NOT_FOUND`, `EVENT_NOT_ACCEPTED` */
  send(path: string, event: ActorEvent): void {
    const actor = this.#find(path);
    const accepted = acceptedBy(actor);
    if (!accepted.includes(event.type))
      throw new EngineError('EVENT_NOT_ACCEPTED', { actor: path, type: event.type, accepted });
    actor.send(event);
  }

  #find(path: string): AnyActorRef {
    const found = actorsBelow(this.#root).find((actor) => pathOf(actor) === path);
    if (found === undefined) throw new EngineError('ACTOR_NOT_FOUND', { actor: path });
    return found;
  }
}

/** Of machines only; XState's own events are none that anybody sends. */
function acceptedBy(actor: AnyActorRef): string[] {
  const { _nodes: nodes = [] }: Partial<Pick<AnyMachineSnapshot, '_nodes'>> = actor.getSnapshot();
  const types = new Set<string>(nodes.flatMap(({ ownEvents }) => ownEvents));
  return [...types].filter((type) => !/^xstate\.|^\*?$/.test(type)).toSorted();
}
