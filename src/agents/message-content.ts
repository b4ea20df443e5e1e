import type { Image } from '../contract/messages.ts';
import { StoredContentSchema, type QueuedMessage } from '../contract/records.ts';
import type { PayloadFiles } from './delivery-input.ts';

/** What a message says, wherever it is kept. */
export async function contentOf(
  { content }: QueuedMessage,
  payloads: PayloadFiles,
): Promise<{ text: string; images: Image[] }> {
  if (content.kind === 'inline') return { text: content.text, images: [] };
  return StoredContentSchema.parse(JSON.parse(await payloads.read(content.file)));
}
