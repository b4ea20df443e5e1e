import type { Engine } from './engine.ts';
import type { Route } from './route.ts';
import { chatRoutes, oneChatRoutes, requestRoutes } from './routes/chats.ts';
import { credentialRoutes } from './routes/credentials.ts';
import { engineRoutes, openapiRoutes } from './routes/engine.ts';
import { environmentRoutes } from './routes/environment.ts';
import { eventRoutes } from './routes/events.ts';
import { fileRoutes } from './routes/files.ts';
import { hookRoutes, hookRunRoutes } from './routes/hooks.ts';
import { actorEventRoutes, actorRoutes, inspectRoutes, machineRoutes } from './routes/inspection.ts';
import { messageRoutes, queueRoutes, turnRoutes } from './routes/messages.ts';
import { offerRoutes } from './routes/offers.ts';
import { previewRoutes } from './routes/previews.ts';
import { repoRoutes } from './routes/repos.ts';
import { searchRoutes } from './routes/search.ts';
import { taskRoutes } from './routes/tasks.ts';

/** Every route of the engine, in the order of its documentation. */
export function createRoutes(engine: Engine): Route[] {
  const routes = [
    ...engineRoutes(engine),
    ...eventRoutes(engine),
    ...chatRoutes(engine),
    ...oneChatRoutes(engine),
    ...messageRoutes(engine),
    ...turnRoutes(engine),
    ...queueRoutes(engine),
    ...requestRoutes(engine),
    ...offerRoutes(engine),
    ...taskRoutes(engine),
    ...searchRoutes(engine),
    ...fileRoutes(engine),
    ...previewRoutes(engine),
    ...repoRoutes(engine),
    ...hookRoutes(engine),
    ...hookRunRoutes(engine),
    ...environmentRoutes(engine),
    ...machineRoutes(engine),
    ...actorRoutes(engine),
    ...actorEventRoutes(engine),
    ...credentialRoutes(engine),
    ...inspectRoutes(engine),
  ];
  return [...routes, ...openapiRoutes({ version: engine.version, routes })];
}
