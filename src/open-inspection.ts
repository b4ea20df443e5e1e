import { join } from 'node:path';
import type { AnyActorRef } from 'xstate';
import { MachineCatalogue } from './charts/catalogue.ts';
import { MACHINES } from './charts/machines.ts';
import type { EngineEnvironment } from './engine-env.ts';
import { ActorWatch } from './inspector/actor-watch.ts';
import { createRedaction } from './log.ts';
import { PACKAGE_FOLDER } from './package-folder.ts';

/** What people can see of an engine's machines: the statecharts, and the actors below `root`. */
export function openInspection(
  root: AnyActorRef,
  { REPLICAS_ENGINE_SECRET: secret }: Pick<EngineEnvironment, 'REPLICAS_ENGINE_SECRET'>,
): { machines: MachineCatalogue; actors: ActorWatch } {
  const machineNames = new Map(Object.entries(MACHINES).map(([name, { id }]) => [id, name]));
  return {
    machines: new MachineCatalogue({ drawings: join(PACKAGE_FOLDER, 'docs', 'machines') }),
    actors: new ActorWatch(root, { machineNames, redact: createRedaction([secret]) }),
  };
}
