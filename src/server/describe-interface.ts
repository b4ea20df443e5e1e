import type { Engine } from './engine.ts';
import { describeRoutes } from './openapi.ts';
import { createRoutes } from './routes.ts';

/** The OpenAPI document of an engine of this version, without one. */
export function describeInterface(version: string): object {
  // Routes are only described here: nothing is asked of the engine, and none sends events to actors.
  const nobody = { actors: {} } as Engine;
  return describeRoutes(createRoutes(nobody), { version });
}
