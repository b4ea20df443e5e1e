import { z } from 'zod';
import type { Payloads } from '../storage/payloads.ts';

/** The exact bytes to be written to an agent: in the line of the journal itself, or in a file of their own. */
const DeliveryInputSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('inline'), text: z.string() }),
  z.object({ kind: z.literal('file'), file: z.string() }),
]);

export type DeliveryInput = z.infer<typeof DeliveryInputSchema>;

export type PayloadFiles = Pick<Payloads, 'write' | 'read'>;

const INLINE_BYTES = 64 * 1024;

export async function storeInput(text: string, payloads: PayloadFiles): Promise<DeliveryInput> {
  if (Buffer.byteLength(text) <= INLINE_BYTES) return { kind: 'inline', text };
  return { kind: 'file', file: await payloads.write(text) };
}

export async function loadInput(input: DeliveryInput, payloads: PayloadFiles): Promise<Buffer> {
  return Buffer.from(input.kind === 'inline' ? input.text : await payloads.read(input.file));
}

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
  /** To be told before the first that is said of the turn. */
  notice: z.string().nullable().default(null),
  note: z.record(z.string(), z.unknown()).default({}),
});

type ProcessDelivery = z.infer<typeof DeliverySchema>;

/** How a message reached its process; on disk before it is written. */
export type AgentDelivery = Pick<ProcessDelivery, 'sessionId' | 'note'>;

export function readDelivery(delivery: unknown): ProcessDelivery {
  return DeliverySchema.parse(delivery);
}
