import type { AnyActorRef, InspectionEvent, Subscription } from 'xstate';

export type OnTrouble = (error: unknown) => void;

/** Hears what the actors below `root` do. A listener that breaks is told of once; what it listens to goes on. */
export function observe(
  root: AnyActorRef,
  listener: (event: InspectionEvent) => void,
  onTrouble: OnTrouble,
): Subscription {
  let isTold = false;
  return root.system.inspect((event) => {
    try {
      listener(event);
    } catch (error) {
      if (!isTold) onTrouble(error);
      isTold = true;
    }
  });
}
