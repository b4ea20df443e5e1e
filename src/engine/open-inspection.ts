import { join } from 'node:path';
import type { AnyActorRef } from 'xstate';
import { MachineCatalogue } from '../inspector/charts/catalogue.ts';
import { MACHINES } from '../inspector/charts/machines.ts';
import { ActorEvents } from '../inspector/actor-events.ts';
import { ActorWatch } from '../inspector/actor-watch.ts';
import { InspectorPage } from '../inspector/inspector-page.ts';
import { bridgeToStately } from '../inspector/stately-bridge.ts';
import { createRedaction } from '../log.ts';
import type { Home } from './open-home.ts';
import { PACKAGE_FOLDER } from '../environment/version.ts';

export interface Inspection {
  machines: MachineCatalogue;
  actors: ActorWatch;
  inspector: InspectorPage;
}

/** Shows the statecharts of the engine, and the actors below `root`. */
export function openInspection(
  root: AnyActorRef,
  { environment, log }: Pick<Home, 'environment' | 'log'>,
): Inspection {
  const redact = createRedaction([environment.REPLICAS_ENGINE_SECRET]);
  const url = environment.STATELY_INSPECT_URL;
  if (url !== undefined) {
    const onTrouble = (error: unknown) =>
      log.warn({ err: error, url }, "Stately's inspector is not told anything");
    bridgeToStately(root, { url, redact, onTrouble }).catch(onTrouble);
  }
  const machineNames = new Map(Object.entries(MACHINES).map(([name, { id }]) => [id, name]));
  return {
    machines: new MachineCatalogue({ drawings: join(PACKAGE_FOLDER, 'docs', 'machines') }),
    actors: new ActorWatch(root, {
      machineNames,
      redact,
      onTrouble: (error) => log.warn({ err: error }, 'a step of an actor could not be shown'),
      events: environment.ACTOR_EVENTS === 'accepted' ? new ActorEvents(root) : undefined,
    }),
    inspector: new InspectorPage({ folder: PACKAGE_FOLDER }),
  };
}
