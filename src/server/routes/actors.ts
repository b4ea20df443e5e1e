import { z } from 'zod';
import { ActorListSchema, ActorsQuerySchema } from '../../contract/actors.ts';
import type { Engine } from '../../engine.ts';
import { route } from '../route.ts';

const ActorList = ActorListSchema.meta({ id: 'ActorList' });

export function actorRoutes({ actors }: Pick<Engine, 'actors'>) {
  return [
    route({
      method: 'GET',
      path: '/actors',
      summary: 'The actors that run now, the states they are in and what they keep',
      request: z.object({ query: ActorsQuerySchema }),
      answers: { 200: { description: 'The engine and everything below it.', schema: ActorList } },
      handle({ query: { follow } }, { res }) {
        if (!follow) return { actors: actors.list() };
        for (const [name, value] of Object.entries(STREAM_HEADERS)) res.headers.set(name, value);
        return actors.follow();
      },
    }),
  ];
}

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};
