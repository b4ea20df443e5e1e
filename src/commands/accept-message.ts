import { createHash, randomUUID } from 'node:crypto';
import { previewOf } from '../../machines/chat.record.ts';
import type { Image, SendMessage, ThinkingLevel } from '../contract/messages.ts';
import { StoredContentSchema } from '../contract/records.ts';
import type { MessageContent, QueuedMessage, StoredContent } from '../contract/records.ts';
import { EngineError } from '../errors.ts';
import { repairText } from './repair.ts';
import type { Payloads } from '../storage/payloads.ts';

/** Texts up to this size stay in the journal line that accepts them. */
const INLINE_BYTES = 64 * 1024;

/** Puts what the URLs of images lead to in their place. */
export type FetchImages = (images: readonly Image[]) => Promise<Image[]>;

/** A message as the chat will queue it: repaired, identified, its large parts on disk. */
export async function acceptMessage(
  request: SendMessage,
  { payloads, fetchImages }: { payloads: Payloads; fetchImages: FetchImages },
): Promise<QueuedMessage> {
  const { text, planMode } = readPlanMode(repairText(request.message), request.planMode ?? false);
  const images = await fetchImages(request.images ?? []);
  return {
    ...(await storeMessage({ ...request, message: text, images }, { planMode, payloads })),
    digest: digestOf(request),
  };
}

/** The same for text that is taken as it is. */
export async function storeMessage(
  request: SendMessage,
  { planMode, payloads }: { planMode: boolean; payloads: Payloads },
): Promise<QueuedMessage> {
  return {
    messageId: request.messageId ?? randomUUID(),
    turnId: randomUUID(),
    digest: digestOf(request),
    content: await storeContent(
      { text: repairText(request.message), images: request.images ?? [] },
      payloads,
    ),
    planMode,
    queuedAt: new Date().toISOString(),
    ...(request.model === undefined ? {} : { model: repairText(request.model) }),
    ...(request.thinkingLevel === undefined ? {} : { thinkingLevel: request.thinkingLevel }),
  };
}

/** Who writes a default out says the same as who leaves it out. */
export function withoutDefaults(request: SendMessage, level: ThinkingLevel | undefined): SendMessage {
  const { images = [], planMode = false, thinkingLevel = level, ...rest } = request;
  return {
    ...rest,
    ...(images.length > 0 && { images }),
    ...(planMode && { planMode }),
    ...(thinkingLevel !== level && { thinkingLevel }),
  };
}

/** Tells whether two requests under one `messageId` are the same message. */
export function digestOf({ message, model, images, planMode, thinkingLevel }: SendMessage): string {
  const identity = JSON.stringify([message, model, images, planMode, thinkingLevel]);
  return createHash('sha256').update(identity).digest('hex');
}

function readPlanMode(text: string, planMode: boolean) {
  const command = /^\/plan(?:\s+|$)/.exec(text);
  if (command === null) return { text, planMode };
  if (command[0].length < text.length) return { text: text.slice(command[0].length), planMode: true };
  throw new EngineError('VALIDATION_FAILED', { issues: [{ path: 'message', message: PLAN_OF_NOTHING }] });
}

const PLAN_OF_NOTHING = 'says "/plan" only; say what to plan';

async function storeContent(content: StoredContent, payloads: Payloads): Promise<MessageContent> {
  const { text, images } = content;
  if (images.length === 0 && Buffer.byteLength(text) <= INLINE_BYTES) return { kind: 'inline', text };
  const file = await payloads.write(JSON.stringify(content));
  return { kind: 'file', file, preview: previewOf({ kind: 'inline', text }) };
}

/** What a stored message says. Throws when its file is gone. */
export async function readContent(content: MessageContent, payloads: Payloads): Promise<StoredContent> {
  if (content.kind === 'inline') return { text: content.text, images: [] };
  return StoredContentSchema.parse(JSON.parse(await payloads.read(content.file)));
}
