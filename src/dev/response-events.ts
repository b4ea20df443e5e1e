import { randomUUID } from 'node:crypto';
import { passedParts, type StreamEvent, type TextBlock } from './reply-events.ts';
import type { Block, Reply } from './scripted-steps.ts';

const USAGE = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 2 },
  output_tokens: 7,
  output_tokens_details: { reasoning_tokens: 1 },
  total_tokens: 17,
};

/** The server-sent events of a streamed response; waits at the reply's gates. */
export async function* responseEvents(reply: Reply, model: string): AsyncGenerator<StreamEvent> {
  const response = { id: `resp_scripted_${randomUUID()}`, object: 'response', status: 'in_progress', model };
  yield { type: 'response.created', response: { ...response, output: [] } };
  const output: unknown[] = [];
  for (const [index, block] of reply.blocks.entries()) {
    const item = yield* itemEvents(block, index);
    output.push(item);
  }
  yield { type: 'response.completed', response: { ...response, status: 'completed', output, usage: USAGE } };
}

async function* itemEvents(block: Block, index: number): AsyncGenerator<StreamEvent, unknown> {
  const at = { output_index: index };
  const item = yield* bodyEvents(block, at);
  yield { type: 'response.output_item.done', ...at, item };
  return item;
}

type Place = { output_index: number };

async function* bodyEvents(block: Block, at: Place): AsyncGenerator<StreamEvent, unknown> {
  switch (block.type) {
    case 'text':
      return yield* textEvents(block, at);
    case 'thinking':
      return yield* thinkingEvents(block.thinking, at);
    case 'tool_use':
      return yield* toolEvents(block, at);
  }
}

async function* textEvents(block: TextBlock, at: Place): AsyncGenerator<StreamEvent, unknown> {
  const message = { id: `msg_scripted_${randomUUID()}`, type: 'message', role: 'assistant' };
  yield { type: 'response.output_item.added', ...at, item: { ...message, content: [] } };
  let text = '';
  for await (const delta of passedParts(block)) {
    text += delta;
    yield { type: 'response.output_text.delta', item_id: message.id, content_index: 0, delta, ...at };
  }
  return { ...message, status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] };
}

async function* thinkingEvents(text: string, at: Place): AsyncGenerator<StreamEvent, unknown> {
  const reasoning = { id: `rs_scripted_${randomUUID()}`, type: 'reasoning' };
  const where = { item_id: reasoning.id, summary_index: 0, ...at };
  yield { type: 'response.output_item.added', ...at, item: { ...reasoning, summary: [] } };
  yield { type: 'response.reasoning_summary_part.added', ...where, part: { type: 'summary_text', text: '' } };
  yield { type: 'response.reasoning_summary_text.delta', ...where, delta: text };
  yield { type: 'response.reasoning_summary_text.done', ...where, text };
  return { ...reasoning, summary: [{ type: 'summary_text', text }], encrypted_content: 'c2NyaXB0ZWQ=' };
}

/** A tool whose input is nothing but `{input: string}` takes free text instead of JSON. */
async function* toolEvents(
  { name, input, id }: Extract<Block, { type: 'tool_use' }>,
  at: Place,
): AsyncGenerator<StreamEvent, unknown> {
  const ids = { id: `fc_scripted_${randomUUID()}`, call_id: id ?? `call_scripted_${randomUUID()}` };
  const call = { ...ids, ...toolName(name) };
  const { input: text, ...rest } = input;
  const isFree = typeof text === 'string' && Object.keys(rest).length === 0;
  const body = isFree
    ? { type: 'custom_tool_call', input: text }
    : { type: 'function_call', arguments: JSON.stringify(input) };
  yield { type: 'response.output_item.added', ...at, item: { ...call, ...body, status: 'in_progress' } };
  return { ...call, ...body, status: 'completed' };
}

/** Tools of MCP servers, and those for sub-agents, are called by two names. */
function toolName(name: string): { name: string; namespace?: string } {
  const [, namespace, tool] = /^(mcp__.+|collaboration)__(.+)$/.exec(name) ?? [];
  return namespace === undefined || tool === undefined ? { name } : { namespace, name: tool };
}
