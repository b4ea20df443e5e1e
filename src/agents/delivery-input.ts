import { z } from 'zod';
import type { Image } from '../contract/messages.ts';
import { StoredContentSchema, type QueuedMessage } from '../contract/records.ts';

/** The exact bytes to be written to an agent: in the line of the journal itself, or in a file of their own. */
export const DeliveryInputSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('inline'), text: z.string() }),
  z.object({ kind: z.literal('file'), file: z.string() }),
]);

export type DeliveryInput = z.infer<typeof DeliveryInputSchema>;

/** Texts too large for a line of the journal, each a file that is on disk when `write` resolves. */
export interface PayloadFiles {
  write(text: string): Promise<string>;
  read(file: string): Promise<string>;
}

const INLINE_BYTES = 64 * 1024;

export async function storeInput(text: string, payloads: PayloadFiles): Promise<DeliveryInput> {
  if (Buffer.byteLength(text) <= INLINE_BYTES) return { kind: 'inline', text };
  return { kind: 'file', file: await payloads.write(text) };
}

export async function loadInput(input: DeliveryInput, payloads: PayloadFiles): Promise<Buffer> {
  return Buffer.from(input.kind === 'inline' ? input.text : await payloads.read(input.file));
}

/** What a message says, wherever it is kept. */
export async function contentOf(
  { content }: QueuedMessage,
  payloads: PayloadFiles,
): Promise<{ text: string; images: Image[] }> {
  if (content.kind === 'inline') return { text: content.text, images: [] };
  return StoredContentSchema.parse(JSON.parse(await payloads.read(content.file)));
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
  /** To be told to the user when the turn begins. */
  notice: z.string().nullable().default(null),
  note: z.record(z.string(), z.unknown()).default({}),
});

export type ProcessDelivery = z.infer<typeof DeliverySchema>;

export function readDelivery(delivery: unknown): ProcessDelivery {
  return DeliverySchema.parse(delivery);
}
