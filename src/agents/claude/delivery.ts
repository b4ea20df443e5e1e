/** How a message reaches a Claude Code process. Journaled before anything is launched or written. */
import { z } from 'zod';
import { EffortSchema } from './effort.ts';

export const ClaudeDeliverySchema = z.looseObject({
  runId: z.string(),
  sessionId: z.string(),
  /** `none`: the process runs already. */
  start: z.enum(['none', 'new', 'resume']),
  model: z.string().nullable(),
  effort: EffortSchema,
  /** The exact bytes to be written, in the line itself or in a file of their own. */
  input: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('inline'), text: z.string() }),
    z.object({ kind: z.literal('file'), file: z.string() }),
  ]),
  /** How many of those bytes change settings, and in how many lines: the message waits until they are made. */
  settings: z.object({ bytes: z.number().int().nonnegative(), lines: z.number().int().nonnegative() }),
  /** Where in the process's input they go. */
  inputOffset: z.number().int().nonnegative(),
  /** Where in the process's output the turn begins. */
  outputOffset: z.number().int().nonnegative(),
  /** The message is given again: an earlier process echoed it. */
  isEchoed: z.boolean(),
});

export type ClaudeDelivery = z.infer<typeof ClaudeDeliverySchema>;
export type DeliveryInput = ClaudeDelivery['input'];

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
