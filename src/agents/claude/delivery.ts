/** How a message reaches a Claude Code process. Journaled before anything is launched or written. */
import { z } from 'zod';
import { DeliveryInputSchema } from '../delivery-input.ts';
import { EffortSchema } from './effort.ts';

export const ClaudeDeliverySchema = z.looseObject({
  runId: z.string(),
  sessionId: z.string(),
  /** `none`: the process runs already. */
  start: z.enum(['none', 'new', 'resume']),
  model: z.string().nullable(),
  effort: EffortSchema,
  /** The exact bytes to be written, in the line itself or in a file of their own. */
  input: DeliveryInputSchema,
  /** How many of those bytes change settings, and in how many lines: the message waits until they are made. */
  settings: z.object({ bytes: z.number().int().nonnegative(), lines: z.number().int().nonnegative() }),
  /** Where in the process's input they go. */
  inputOffset: z.number().int().nonnegative(),
  /** Where in the process's output the turn begins. */
  outputOffset: z.number().int().nonnegative(),
  /** The message is given again: an earlier process echoed it. */
  isEchoed: z.boolean(),
  /** No message: the new process goes on with the turn that another could not end. */
  carriesOn: z.boolean().default(false),
  /** To be told to the user when the turn begins. */
  notice: z.string().nullable().default(null),
});

export type ClaudeDelivery = z.infer<typeof ClaudeDeliverySchema>;
