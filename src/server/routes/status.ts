import { StatusSchema } from '../../contract/status.ts';
import type { Engine } from '../../engine.ts';
import { route } from '../route.ts';

const Status = StatusSchema.meta({ id: 'Status' });

export function statusRoutes(engine: Pick<Engine, 'status'>) {
  return [
    route({
      method: 'GET',
      path: '/status',
      summary: 'Counters of the engine',
      answers: { 200: { description: 'The counters, as of `lastEventId`.', schema: Status } },
      handle: () => engine.status(),
    }),
  ];
}
