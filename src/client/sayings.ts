/** What agents say, in one vocabulary: for programs that show a conversation and need not know each agent's dialect. */
import { z } from 'zod';
import type { AgentEvent } from '../contract/agent-event.ts';

export type Saying =
  | { kind: 'user'; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'thinking'; text: string }
  | { kind: 'notice'; text: string }
  | { kind: 'tool'; id: string; name: string; input: unknown }
  | { kind: 'result'; toolId: string; text: string; isError: boolean };

/** What an event says, in order. Nothing of what only programs care about; unknown dialects say nothing. */
export function sayingsOf({ type, payload }: AgentEvent): Saying[] {
  if (type === 'claude-assistant' || type === 'claude-user') return claudeSayings(payload, type);
  if (type === 'event_msg') return codexMessage(payload);
  if (type === 'response_item') return codexItem(payload);
  if (type === 'session-gap') return said('notice', Text.parse(payload['message']));
  if (type.startsWith('acp-')) return acpSayings(type.slice('acp-'.length), payload);
  return [];
}

/** What the event of a `chat.turn.partial` adds to what is being said. */
export function partOf({ type, payload }: AgentEvent): { kind: 'text' | 'thinking'; text: string } | null {
  if (type === 'claude-stream_event') return claudePart(payload);
  if (type === 'event_msg') return codexPart(payload);
  if (type === 'acp-agent_message_chunk') return { kind: 'text', text: textOf(payload['content']) };
  if (type === 'acp-agent_thought_chunk') return { kind: 'thinking', text: textOf(payload['content']) };
  return null;
}

const Text = z.string().catch('');

const ClaudeSchema = z.looseObject({
  message: z.looseObject({ content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]) }),
});

function claudeSayings(payload: AgentEvent['payload'], type: string): Saying[] {
  const content = ClaudeSchema.safeParse(payload).data?.message.content ?? [];
  const speaker = type === 'claude-user' ? 'user' : 'text';
  if (typeof content === 'string') return spoken(speaker, content);
  return content.flatMap((block) => claudeBlock(block, speaker));
}

function claudeBlock(block: Record<string, unknown>, speaker: 'user' | 'text'): Saying[] {
  switch (block['type']) {
    case 'text':
      return spoken(speaker, Text.parse(block['text']));
    case 'thinking':
      return said('thinking', Text.parse(block['thinking']));
    case 'tool_use':
      return [tool(block['id'], { name: block['name'], input: block['input'] })];
    case 'tool_result':
      return [
        result(block['tool_use_id'], { text: textOf(block['content']), isError: block['is_error'] === true }),
      ];
    default:
      return [];
  }
}

/** Claude Code notes an interruption as if the user had said so. */
function spoken(speaker: 'user' | 'text', text: string): Saying[] {
  const isNote = speaker === 'user' && /^\[Request interrupted by user.*\]$/.test(text);
  return isNote ? said('notice', text) : said(speaker, text);
}

const ClaudePartSchema = z.looseObject({
  event: z.looseObject({
    delta: z.looseObject({ text: z.string().optional(), thinking: z.string().optional() }),
  }),
});

function claudePart(payload: AgentEvent['payload']): ReturnType<typeof partOf> {
  const delta = ClaudePartSchema.safeParse(payload).data?.event.delta;
  if (delta?.text !== undefined) return { kind: 'text', text: delta.text };
  return delta?.thinking === undefined ? null : { kind: 'thinking', text: delta.thinking };
}

function codexMessage({ type, message, text }: AgentEvent['payload']): Saying[] {
  if (type === 'user_message') return said('user', Text.parse(message));
  if (type === 'agent_reasoning') return said('thinking', Text.parse(text));
  return type === 'warning' || type === 'error' ? said('notice', Text.parse(message)) : [];
}

function codexPart({ type, delta }: AgentEvent['payload']): ReturnType<typeof partOf> {
  if (type === 'agent_message_delta' || type === 'plan_delta')
    return { kind: 'text', text: Text.parse(delta) };
  return type === 'agent_reasoning_delta' ? { kind: 'thinking', text: Text.parse(delta) } : null;
}

function codexItem(payload: AgentEvent['payload']): Saying[] {
  const { type, call_id: id, name } = payload;
  switch (type) {
    case 'message':
      return payload['role'] === 'assistant' ? said('text', textOf(payload['content'])) : [];
    case 'function_call':
      return [tool(id, { name, input: fromJson(payload['arguments']) })];
    case 'custom_tool_call':
      return [tool(id, { name, input: fromJson(payload['input']) })];
    case 'function_call_output':
    case 'custom_tool_call_output':
      return [result(id, { text: textOf(outputOf(payload)), isError: false })];
    default:
      return [];
  }
}

/** Outputs of custom tools are JSON around the text. */
function outputOf({ output }: AgentEvent['payload']): unknown {
  const parsed = z.looseObject({ output: z.unknown() }).safeParse(fromJson(output));
  return parsed.success ? parsed.data.output : output;
}

function acpSayings(update: string, payload: AgentEvent['payload']): Saying[] {
  const { toolCallId, title, rawInput, status, content } = payload;
  const text = textOf(content);
  switch (update) {
    case 'user_message':
      return said('user', text);
    case 'agent_message':
      return said('text', text);
    case 'agent_thought':
      return said('thinking', text);
    case 'notice':
      return said('notice', Text.parse(title));
    case 'tool_call':
      return [tool(toolCallId, { name: title, input: rawInput })];
    case 'tool_call_update':
      return status === 'completed' || status === 'failed'
        ? [result(toolCallId, { text, isError: status === 'failed' })]
        : [];
    default:
      return [];
  }
}

function said(kind: 'user' | 'text' | 'thinking' | 'notice', text: string): Saying[] {
  return text.trim() === '' ? [] : [{ kind, text }];
}

function tool(id: unknown, { name, input }: { name: unknown; input: unknown }): Saying {
  return { kind: 'tool', id: Text.parse(id), name: Text.parse(name), input };
}

function result(id: unknown, { text, isError }: { text: string; isError: boolean }): Saying {
  return { kind: 'result', toolId: Text.parse(id), text, isError };
}

/** The text of content in any of its shapes: a string, a block, blocks, blocks around blocks. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) return content.map(textOf).filter(Boolean).join('\n');
  if (typeof content !== 'object' || content === null) return '';
  if ('text' in content) return Text.parse(content.text);
  return 'content' in content ? textOf(content.content) : '';
}

function fromJson(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
