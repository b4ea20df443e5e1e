import { z } from 'zod';

/** The shape of every refusal: `error` for people, `code` for programs, `context` names the offender. */
export const ErrorResponseSchema = z
  .object({
    error: z.string(),
    code: z.string(),
    details: z.string().optional(),
    context: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Error' });
