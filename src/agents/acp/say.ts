/** What an agent says over the Agent Client Protocol. */
import type { AgentEvent } from '../../contract/agent-event.ts';
import { subjectOf } from '../../contract/tool-brief.ts';
import { fieldsOf, imageOf, listOf, marked, said, stringOf, textOf, workOf } from '../saying.ts';
import type { Fields, Said, SaidPart, Saying, ToolCall, ToolResult, Works } from '../saying.ts';

export function say({ type, payload }: AgentEvent): Saying[] {
  switch (type) {
    case 'acp-user_message':
      return [...said('user', textOf(payload['content'])), ...imagesIn(payload['content'])];
    case 'acp-agent_message':
      return [...said('text', textOf(payload['content'])), ...imagesIn(payload['content'])];
    case 'acp-agent_thought':
      return said('thinking', textOf(payload['content']));
    case 'acp-plan':
      return said('plan', listOf(payload['entries']).map(fieldsOf).map(toTask).join('\n'));
    case 'acp-notice':
      return said('notice', stringOf(payload['title']));
    case 'acp-tool_call':
      return [callOf(payload), ...resultOf(payload)];
    case 'acp-tool_call_update':
      return resultOf(payload);
    default:
      return [];
  }
}

export function sayPart({ type, payload }: AgentEvent): SaidPart | null {
  if (type === 'acp-agent_message_chunk') return { kind: 'text', text: textOf(payload['content']) };
  return type === 'acp-agent_thought_chunk' ? { kind: 'thinking', text: textOf(payload['content']) } : null;
}

function imagesIn(content: unknown): Said[] {
  return listOf(content)
    .map(fieldsOf)
    .flatMap(({ type, mimeType, data }) => (type === 'image' ? [imageOf(mimeType, data)] : []));
}

const MARKS: Readonly<Record<string, string>> = { completed: 'x', in_progress: '~' };

function toTask({ content, status }: Fields): string {
  return `- [${MARKS[stringOf(status)] ?? ' '}] ${stringOf(content)}`;
}

function callOf({ toolCallId, title, kind, rawInput }: Fields): ToolCall {
  return {
    kind: 'tool',
    id: String(toolCallId),
    name: stringOf(kind) || 'tool',
    work: workOf(stringOf(kind), WORKS),
    subject: stringOf(title) || subjectOf(rawInput),
    input: rawInput ?? {},
    diff: null,
  };
}

const WORKS: Works = {
  execute: 'command',
  edit: 'edit',
  delete: 'edit',
  move: 'edit',
  read: 'read',
  search: 'search',
  fetch: 'web',
};

function resultOf({ toolCallId, status, content }: Fields): ToolResult[] {
  if (status !== 'completed' && status !== 'failed') return [];
  const parts = listOf(content).map(fieldsOf);
  const diff = parts.flatMap(changeOf).join('\n');
  const text = parts.map((part) => textOf(part['content'])).join('\n');
  return [
    {
      kind: 'result',
      toolId: String(toolCallId),
      text,
      isError: status === 'failed',
      diff: diff === '' ? null : diff,
    },
  ];
}

export function changeAsked(input: unknown): string | null {
  const { content } = fieldsOf(fieldsOf(input)['toolCall']);
  const lines = listOf(content).map(fieldsOf).flatMap(changeOf);
  return lines.length === 0 ? null : lines.join('\n');
}

function changeOf({ type, path, oldText, newText }: Fields): string[] {
  if (type !== 'diff') return [];
  return [`--- ${String(path)}`, ...marked('-', oldText), ...marked('+', newText)];
}
