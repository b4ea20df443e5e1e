import { HealthSchema } from '../../contract/status.ts';
import type { Engine } from '../../engine.ts';
import { route } from '../route.ts';

const Health = HealthSchema.meta({ id: 'Health' });

export function healthRoutes(engine: Pick<Engine, 'health'>) {
  return [
    route({
      method: 'GET',
      path: '/health',
      summary: 'Whether the engine lives, and how far its boot is',
      isOpen: true,
      answers: { 200: { description: 'It lives.', schema: Health } },
      handle: () => engine.health(),
    }),
  ];
}
