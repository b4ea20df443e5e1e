import { z } from 'zod';
import type { Engine } from '../../engine.ts';
import { route } from '../route.ts';

export function metricsRoutes({ metrics }: Pick<Engine, 'metrics'>) {
  return [
    route({
      method: 'GET',
      path: '/metrics',
      summary: 'What Prometheus collects',
      answers: {
        200: {
          description: 'Counters since the engine started, gauges and histograms, in the text format.',
          schema: z.string(),
          mediaType: 'text/plain',
        },
      },
      async handle(_, { res }) {
        const { mediaType, text } = await metrics.read();
        res.headers.set('content-type', mediaType);
        return text;
      },
    }),
  ];
}
