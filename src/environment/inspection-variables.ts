import { z } from 'zod';
import { isLoopbackWebSocket, oneOf } from './environment-values.ts';

/** Who may look at the machines, and try them out. */
export const INSPECTION_VARIABLES = {
  STATELY_INSPECT_URL: z
    .string()
    .refine(isLoopbackWebSocket, 'must be a ws:// URL of this machine, like ws://127.0.0.1:8080')
    .optional()
    .meta({
      description: 'Address of a receiver of `@statelyai/inspect`, which is told what the machines do.',
    }),
  ACTOR_EVENTS: oneOf('refused', 'accepted').default('refused').meta({
    description:
      'Whether events may be sent to the machines by hand, to try them out: `dev` accepts them. A wrong one can break the workspace.',
  }),
};
