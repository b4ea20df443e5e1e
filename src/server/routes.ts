import type { Engine } from '../engine.ts';
import type { Route } from './route.ts';
import { actorRoutes } from './routes/actors.ts';
import { canvasRoutes } from './routes/canvas.ts';
import { chatRoutes } from './routes/chats.ts';
import { credentialRoutes } from './routes/credentials.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { hookRoutes } from './routes/hooks.ts';
import { inspectRoutes } from './routes/inspect.ts';
import { machineRoutes } from './routes/machines.ts';
import { messageRoutes } from './routes/messages.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { openapiRoutes } from './routes/openapi.ts';
import { planRoutes } from './routes/plans.ts';
import { queueRoutes } from './routes/queue.ts';
import { repoRoutes } from './routes/repos.ts';
import { requestRoutes } from './routes/requests.ts';
import { statusRoutes } from './routes/status.ts';

/** Every route of the engine, in the order of its documentation. */
export function createRoutes(engine: Engine): Route[] {
  const routes = [
    ...healthRoutes(engine),
    ...statusRoutes(engine),
    ...eventRoutes(engine),
    ...chatRoutes(engine),
    ...messageRoutes(engine),
    ...queueRoutes(engine),
    ...requestRoutes(engine),
    ...planRoutes(engine),
    ...canvasRoutes(engine),
    ...repoRoutes(engine),
    ...hookRoutes(engine),
    ...machineRoutes(engine),
    ...actorRoutes(engine),
    ...credentialRoutes(engine),
    ...metricsRoutes(engine),
    ...inspectRoutes(engine),
  ];
  return [...routes, ...openapiRoutes({ version: engine.version, routes })];
}
