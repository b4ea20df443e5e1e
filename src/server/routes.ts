import type { Engine } from './engine.ts';
import { describeRoutes } from './openapi.ts';
import type { Route } from './route.ts';
import { agentRoutes } from './routes/agent.ts';
import { chatRoutes } from './routes/chats.ts';
import { engineRoutes, openapiRoutes } from './routes/engine.ts';
import { eventRoutes } from './routes/events.ts';
import { hookRoutes } from './routes/hooks.ts';
import { inspectionRoutes } from './routes/inspection.ts';
import { messageRoutes } from './routes/messages.ts';
import { repoRoutes } from './routes/repos.ts';
import { workspaceRoutes } from './routes/workspace.ts';

/** Every route of the engine, in the order of its documentation. */
export function createRoutes(engine: Engine): Route[] {
  const parts = [
    engineRoutes,
    eventRoutes,
    chatRoutes,
    messageRoutes,
    agentRoutes,
    workspaceRoutes,
    repoRoutes,
    hookRoutes,
    inspectionRoutes,
  ];
  const routes = parts.flatMap((routesOf) => routesOf(engine));
  return [...routes, ...openapiRoutes({ version: engine.version, routes })];
}

/** The OpenAPI document of an engine of this version, without one. */
export function describeInterface(version: string): object {
  // Routes are only described here: nothing is asked of the engine, and none sends events to actors.
  const nobody = { actors: {} } as Engine;
  return describeRoutes(createRoutes(nobody), { version });
}
