/** What spans are called and say, by the semantic conventions for generative AI; what they have no word for is `replicas.*`. */
import type { Usage } from '../contract/chats.ts';
import type { EngineEventBody } from '../contract/events.ts';
import { modelVendorOf } from '../agents/model-vendor.ts';
import { present, type Attributes } from './span.ts';

/** More of a text is not told. */
const CONTENT_CHARACTERS = 16_000;

export interface TracedTurn {
  chatId: string;
  messageId: string;
  provider: string | undefined;
  model: string | undefined;
}

export function turnAttributes({ chatId, messageId, provider, model }: TracedTurn): Attributes {
  return present({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.provider.name': provider && modelVendorOf(provider),
    'gen_ai.agent.name': provider,
    'gen_ai.conversation.id': chatId,
    'gen_ai.request.model': model,
    'replicas.message.id': messageId,
  });
}

export function endAttributes({
  outcome,
  error,
  usage = {},
}: Pick<EngineEventBody<'chat.turn.completed'>['payload'], 'outcome' | 'error' | 'usage'>): Attributes {
  const isFailure = outcome === 'errored' || outcome === 'lost';
  return present({
    'replicas.turn.outcome': outcome,
    ...usageAttributes(usage),
    'error.type': error?.code ?? (isFailure ? outcome : undefined),
  });
}

/** By the conventions input tokens include those of the cache. */
function usageAttributes({
  inputTokens,
  outputTokens,
  cacheReadTokens,
  cacheWriteTokens,
  costUsd,
  model,
}: Usage) {
  const isInputTold = inputTokens !== undefined;
  return {
    'gen_ai.response.model': model,
    'gen_ai.usage.input_tokens': isInputTold
      ? inputTokens + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0)
      : undefined,
    'gen_ai.usage.output_tokens': outputTokens,
    'gen_ai.usage.cache_read.input_tokens': cacheReadTokens,
    'gen_ai.usage.cache_creation.input_tokens': cacheWriteTokens,
    'replicas.usage.cost_usd': costUsd,
  };
}

export function toolAttributes({ id, name }: { id: string; name: string }): Attributes {
  return {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': name,
    'gen_ai.tool.call.id': id,
  };
}

export function textAttribute(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.slice(0, CONTENT_CHARACTERS).toWellFormed();
}

/** What was said before, and a text more, as messages of one role. */
export function withMessage(
  before: unknown,
  { role, text }: { role: 'user' | 'assistant'; text: string },
): string {
  const messages: unknown[] = typeof before === 'string' ? JSON.parse(before) : [];
  if (typeof before === 'string' && before.length >= CONTENT_CHARACTERS) return before;
  const end = role === 'assistant' ? { finish_reason: 'stop' } : {};
  const message = { role, parts: [{ type: 'text', content: textAttribute(text) }], ...end };
  return JSON.stringify([...messages, message]);
}
