import { z } from 'zod';
import {
  RefreshAcceptedSchema,
  RefreshParamsSchema,
  TokenRefreshHealthSchema,
} from '../../contract/credentials.ts';
import type { Engine } from '../engine.ts';
import { route } from '../route.ts';

const TokenRefreshHealth = TokenRefreshHealthSchema.meta({ id: 'TokenRefreshHealth' });
const RefreshAccepted = RefreshAcceptedSchema.meta({ id: 'RefreshAccepted' });

export function credentialRoutes({ credentials }: Pick<Engine, 'credentials'>) {
  return [
    route({
      method: 'GET',
      path: '/token-refresh/health',
      summary: 'The state of the credentials of GitHub, Claude Code and Codex, without any secret',
      answers: { 200: { description: 'Each provider.', schema: TokenRefreshHealth } },
      handle: () => credentials.health(),
    }),
    route({
      method: 'POST',
      path: '/token-refresh/:provider',
      summary: 'Ask the control plane for another credential now',
      request: z.object({ params: RefreshParamsSchema }),
      answers: {
        202: {
          description: 'It is being asked; `credentials.changed` events tell the result.',
          schema: RefreshAccepted,
        },
      },
      refusals: ['SHUTTING_DOWN', 'WORKSPACE_MOVED'],
      handle: ({ params: { provider } }) => credentials.refresh(provider),
    }),
  ];
}
