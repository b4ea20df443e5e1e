import { randomUUID } from 'node:crypto';
import type { Block, Reply } from './scripted-steps.ts';

export interface StreamEvent {
  type: string;
  [field: string]: unknown;
}

export type TextBlock = Extract<Block, { type: 'text' }>;

const USAGE = {
  input_tokens: 10,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 7,
};

/** The server-sent events of a streamed reply; waits at the reply's gates. */
export async function* streamEvents(reply: Reply, model: string): AsyncGenerator<StreamEvent> {
  yield { type: 'message_start', message: emptyMessage(model) };
  for (const [index, block] of reply.blocks.entries()) {
    yield { type: 'content_block_start', index, content_block: opened(block) };
    for await (const delta of deltasOf(block)) yield { type: 'content_block_delta', index, delta };
    yield { type: 'content_block_stop', index };
  }
  yield {
    type: 'message_delta',
    delta: { stop_reason: stopReason(reply), stop_sequence: null },
    usage: { output_tokens: USAGE.output_tokens },
  };
  yield { type: 'message_stop' };
}

/** The same reply in one piece, for a request without `stream`; waits at the reply's gates. */
export async function wholeMessage(reply: Reply, model: string): Promise<Record<string, unknown>> {
  const content: unknown[] = [];
  for (const block of reply.blocks) content.push(await finished(block));
  return { ...emptyMessage(model), content, stop_reason: stopReason(reply) };
}

function emptyMessage(model: string): Record<string, unknown> {
  const id = `msg_scripted_${randomUUID()}`;
  const ending = { stop_reason: null, stop_sequence: null };
  return { id, type: 'message', role: 'assistant', model, content: [], ...ending, usage: USAGE };
}

function stopReason({ blocks }: Reply): string {
  return blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';
}

function opened(block: Block): Record<string, unknown> {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: '' };
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'tool_use':
      return { type: 'tool_use', id: toolUseId(block), name: block.name, input: {} };
  }
}

async function* deltasOf(block: Block): AsyncGenerator<Record<string, unknown>> {
  switch (block.type) {
    case 'text':
      for await (const text of passedParts(block)) yield { type: 'text_delta', text };
      return;
    case 'thinking':
      yield { type: 'thinking_delta', thinking: block.thinking };
      yield { type: 'signature_delta', signature: 'c2NyaXB0ZWQ=' };
      return;
    case 'tool_use':
      yield { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
  }
}

async function finished(block: Block): Promise<Record<string, unknown>> {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: await wholeText(block) };
    case 'thinking':
      return { type: 'thinking', thinking: block.thinking, signature: 'c2NyaXB0ZWQ=' };
    case 'tool_use':
      return { ...opened(block), input: block.input };
  }
}

async function wholeText(block: TextBlock): Promise<string> {
  let text = '';
  for await (const part of passedParts(block)) text += part;
  return text;
}

/** What is said, after what comes before it was waited for. */
export async function* passedParts({ parts }: TextBlock): AsyncGenerator<string> {
  for (const part of parts) {
    if (typeof part === 'string') yield part;
    else await part.pass();
  }
}

function toolUseId(block: Extract<Block, { type: 'tool_use' }>): string {
  return block.id ?? `toolu_scripted_${randomUUID()}`;
}
