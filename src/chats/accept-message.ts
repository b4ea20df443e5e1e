import { hash, randomUUID } from 'node:crypto';
import type { AgentDriver } from '../agents/agent.ts';
import { previewOf } from '../../machines/chat.record.ts';
import type { Image, SendMessage, SentMessage, ThinkingLevel } from '../contract/messages.ts';
import type { MessageContent, QueuedMessage, StoredContent } from '../contract/records.ts';
import { EngineError } from '../errors.ts';
import { repairText } from './repair.ts';
import { troubleOf } from '../storage/attempt.ts';
import type { Payloads } from '../storage/payloads.ts';

/** Texts up to this size stay in the journal line that accepts them. */
const INLINE_BYTES = 64 * 1024;

/** By W3C Trace Context: version, trace, span, flags. */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;

/** Puts what the URLs of images lead to in their place. */
export type FetchImages = (images: readonly Image[]) => Promise<Image[]>;

/** A message as the chat will queue it: repaired, identified, its large parts on disk. */
export async function acceptMessage(
  request: SentMessage,
  { digest, driver, payloads, fetchImages }: Acceptance,
): Promise<QueuedMessage> {
  const { text, modes } = readModes(request);
  refuseUnsupported(modes, driver);
  const images = await fetchImages(request.images ?? []);
  return storeMessage({ ...request, message: text, images }, { digest, modes, payloads });
}

interface Storing {
  /** Of the message without its defaults. */
  digest: string;
  payloads: Payloads;
}

interface Acceptance extends Storing {
  driver: Pick<AgentDriver, 'provider' | 'modes'>;
  fetchImages: FetchImages;
}

/** The same for text that is taken as it is. */
export async function storeMessage(
  request: SentMessage,
  { digest, modes, payloads }: Storing & { modes: Modes },
): Promise<QueuedMessage> {
  return {
    messageId: request.messageId ?? randomUUID(),
    turnId: randomUUID(),
    digest,
    content: await storeContent(
      { text: repairText(request.message), images: request.images ?? [] },
      payloads,
    ),
    planMode: modes.plan,
    ...(modes.goal && { goalMode: true as const }),
    ...(modes.fast && { fastMode: true as const }),
    queuedAt: new Date().toISOString(),
    ...senderOf(request),
    ...(TRACEPARENT.test(request.traceparent ?? '') && { traceparent: request.traceparent }),
    ...(request.model === undefined ? {} : { model: repairText(request.model) }),
    ...(request.thinkingLevel === undefined ? {} : { thinkingLevel: request.thinkingLevel }),
  };
}

/** Who writes a default out says the same as who leaves it out. */
export function withoutDefaults(request: SendMessage, level: ThinkingLevel | undefined): SendMessage {
  const { images = [], planMode, goalMode, fastMode, thinkingLevel = level, ...rest } = request;
  return {
    ...rest,
    ...(images.length > 0 && { images }),
    ...(planMode === true && { planMode }),
    ...(goalMode === true && { goalMode }),
    ...(fastMode === true && { fastMode }),
    ...(thinkingLevel !== level && { thinkingLevel }),
  };
}

/** Tells whether two requests under one `messageId` are the same message. */
export function digestOf(request: SendMessage): string {
  const { message, model, images, planMode, thinkingLevel, goalMode, fastMode, submittedAt } = request;
  const { senderUserId, senderEmail, senderDisplayName } = request;
  const later = [goalMode, fastMode, submittedAt, senderUserId, senderEmail, senderDisplayName];
  // Without what came later, the digest is that of earlier versions.
  const isPlain = later.every((value) => value === undefined);
  const identity = [message, model, images, planMode, thinkingLevel, ...(isPlain ? [] : later)];
  return hash('sha256', JSON.stringify(identity));
}

function senderOf(request: SendMessage): Pick<QueuedMessage, 'sender' | 'submittedAt'> {
  const { submittedAt } = request;
  const fields = ['senderUserId', 'senderEmail', 'senderDisplayName'] as const;
  const said = fields.flatMap((name) => {
    const value = request[name];
    return value === undefined ? [] : [[name, repairText(value)] as const];
  });
  return {
    ...(said.length > 0 && { sender: Object.fromEntries(said) }),
    ...(submittedAt !== undefined && { submittedAt }),
  };
}

export const NO_MODES: Modes = { plan: false, goal: false, fast: false };

interface Modes {
  plan: boolean;
  goal: boolean;
  fast: boolean;
}

type Mode = keyof Modes;

const FEATURES = { goal: 'goalMode', fast: 'fastMode' } as const;

/** The modes that are asked for beside the text, and by commands at its beginning, which are taken off. */
function readModes(request: SendMessage): { text: string; modes: Modes } {
  const { planMode = false, goalMode = false, fastMode = false } = request;
  const modes: Modes = { plan: planMode, goal: goalMode, fast: fastMode };
  let text = repairText(request.message);
  for (let command = commandIn(text); command !== null; command = commandIn(text)) {
    const { mode, length } = command;
    if (length === text.length) {
      const issue = { path: 'message', message: `says "/${mode}" only; say what to ${ASKED[mode]}` };
      throw new EngineError('VALIDATION_FAILED', { issues: [issue] });
    }
    modes[mode] = true;
    text = text.slice(length);
  }
  return { text, modes };
}

const ASKED: Record<Mode, string> = { plan: 'plan', goal: 'reach', fast: 'do' };

function commandIn(text: string): { mode: Mode; length: number } | null {
  const found = /^\/(plan|goal|fast)(?:\s+|$)/.exec(text);
  return found && { mode: found[1] as Mode, length: found[0].length };
}

/** Dropped in silence they would be broken promises. */
function refuseUnsupported(asked: Modes, { provider, modes }: Acceptance['driver']): void {
  for (const mode of ['goal', 'fast'] as const)
    if (asked[mode] && !modes.includes(mode))
      throw new EngineError('UNSUPPORTED', { provider, feature: FEATURES[mode] });
  if (!asked.goal || !asked.plan) return;
  const issue = { path: 'goalMode', message: 'cannot be had together with planMode' };
  throw new EngineError('VALIDATION_FAILED', { issues: [issue] });
}

async function storeContent(content: StoredContent, payloads: Payloads): Promise<MessageContent> {
  const { text, images } = content;
  if (images.length === 0 && Buffer.byteLength(text) <= INLINE_BYTES) return { kind: 'inline', text };
  const file = await payloads.write(JSON.stringify(content)).catch((cause: unknown) => {
    throw new EngineError('STORAGE_FULL', troubleOf(cause), { cause });
  });
  return { kind: 'file', file, preview: previewOf({ kind: 'inline', text }) };
}
