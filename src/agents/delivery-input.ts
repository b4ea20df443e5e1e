import { z } from 'zod';

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
