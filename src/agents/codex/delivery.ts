/** How a message reaches the server. Journaled before it is written. */
import { z } from 'zod';

export const CodexDeliverySchema = z.looseObject({
  runId: z.string(),
  threadId: z.string(),
  /** The exact line to be written, in the delivery itself or in a file of its own. */
  input: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('inline'), text: z.string() }),
    z.object({ kind: z.literal('file'), file: z.string() }),
  ]),
  /** The line stands behind this place of the server's input, if it stands there at all. */
  inputOffset: z.number().int().nonnegative(),
  /** Where in the server's output the turn begins. */
  outputOffset: z.number().int().nonnegative(),
  /** To be told to the user when the turn begins. */
  notice: z.string().nullable(),
});

export type CodexDelivery = z.infer<typeof CodexDeliverySchema>;
export type DeliveryInput = CodexDelivery['input'];

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
