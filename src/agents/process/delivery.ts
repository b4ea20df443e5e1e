/** How a message reaches its process. Journaled before it is written. */
import { z } from 'zod';
import { DeliveryInputSchema } from '../delivery-input.ts';

/** Whatever else stands in it is the driver's own. */
const DeliverySchema = z.looseObject({
  runId: z.string(),
  /** Deliveries of earlier versions may name it in words of the agent. */
  sessionId: z.string().default(''),
  /** The exact line to be written, in the delivery itself or in a file of its own. */
  input: DeliveryInputSchema,
  /** The line stands at or behind this place of the process's input, if it stands there at all. */
  inputOffset: z.number().int().nonnegative(),
  /** Where in the process's output the turn begins. */
  outputOffset: z.number().int().nonnegative(),
  /** To be told to the user when the turn begins. */
  notice: z.string().nullable().default(null),
  note: z.record(z.string(), z.unknown()).default({}),
});

export type ProcessDelivery = z.infer<typeof DeliverySchema>;

export function readDelivery(delivery: unknown): ProcessDelivery {
  return DeliverySchema.parse(delivery);
}
