/** How a message reaches the server. Journaled before it is written. */
import { z } from 'zod';
import type { Policy } from '../../contract/chats.ts';
import type { QueuedMessage } from '../../contract/records.ts';
import { DeliveryInputSchema, storeInput, type PayloadFiles } from '../delivery-input.ts';
import { contentOf } from '../message-content.ts';
import { effortOf } from './effort.ts';
import { turnLine } from './lines.ts';
import type { OpenThread } from './opening.ts';
import type { CodexProcess } from './process.ts';

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

export interface DeliveryOptions {
  process: CodexProcess;
  thread: OpenThread;
  policy: Policy;
  payloads: PayloadFiles;
}

/** The message itself is not written here. */
export async function deliveryOf(
  message: QueuedMessage,
  { process, thread: { threadId, model, notice }, policy, payloads }: DeliveryOptions,
): Promise<CodexDelivery> {
  const line = turnLine({
    threadId,
    clientId: message.turnId,
    ...(await contentOf(message, payloads)),
    model: message.model ?? model,
    effort: effortOf(message.thinkingLevel),
    policy,
    planMode: message.planMode,
  });
  return {
    runId: process.run.id,
    threadId,
    input: await storeInput(line, payloads),
    inputOffset: process.inputEnd,
    outputOffset: process.offset,
    notice,
  };
}
