import { fromCallback, fromPromise } from 'xstate';
import type { EventObject } from 'xstate';

/** A promise actor the machine names and the composition root supplies. Running it unprovided is a wiring bug. */
export function mustProvidePromise<Output, Input>(name: string) {
  return fromPromise<Output, Input>(() => Promise.reject(new UnprovidedActorError(name)));
}

/** The callback-actor counterpart of {@link mustProvidePromise}. */
export function mustProvideCallback<Received extends EventObject, Input>(name: string) {
  return fromCallback<Received, Input>(() => {
    throw new UnprovidedActorError(name);
  });
}

export class UnprovidedActorError extends Error {
  override name = 'UnprovidedActorError';
  readonly actor: string;

  constructor(actor: string) {
    super(`Actor "${actor}" has no implementation; pass one with machine.provide().`);
    this.actor = actor;
  }
}
