/** How a message reaches an ACP agent. Journaled before it is written. */
import { z } from 'zod';
import { DeliveryInputSchema } from '../delivery-input.ts';
import type { Block } from './protocol.ts';

export const AcpDeliverySchema = z.looseObject({
  runId: z.string(),
  sessionId: z.string(),
  /** The exact line to be written, in the delivery itself or in a file of its own. */
  input: DeliveryInputSchema,
  /** The line stands at or behind this place of the process's input, if it stands there at all. */
  inputOffset: z.number().int().nonnegative(),
  /** Where in the process's output the turn begins. */
  outputOffset: z.number().int().nonnegative(),
  /** To be told to the user when the turn begins. */
  notice: z.string().nullable(),
});

export type AcpDelivery = z.infer<typeof AcpDeliverySchema>;

const PromptSchema = z.looseObject({
  params: z.looseObject({ prompt: z.array(z.looseObject({ type: z.string() })) }),
});

/** What the user says with such a line, without the data of pictures. */
export function promptIn(line: Buffer): Block[] {
  const { params } = PromptSchema.parse(JSON.parse(line.toString('utf8')));
  return params.prompt.map((block) => {
    const { data: _, ...rest } = block;
    return block.type === 'image' ? rest : block;
  });
}
