/** How a message reaches the server. Journaled before it is written. */
import { z } from 'zod';
import { DeliveryInputSchema } from '../delivery-input.ts';

export const CodexDeliverySchema = z.looseObject({
  runId: z.string(),
  threadId: z.string(),
  /** The exact line to be written, in the delivery itself or in a file of its own. */
  input: DeliveryInputSchema,
  /** The line stands behind this place of the server's input, if it stands there at all. */
  inputOffset: z.number().int().nonnegative(),
  /** Where in the server's output the turn begins. */
  outputOffset: z.number().int().nonnegative(),
  /** To be told to the user when the turn begins. */
  notice: z.string().nullable(),
});

export type CodexDelivery = z.infer<typeof CodexDeliverySchema>;
