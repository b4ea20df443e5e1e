import type { AgentEvent } from '../../../client/client.ts';
import { isRecord, listOf, subjectOf, textOf, type Change } from './items.ts';

/** What an agent says over the Agent Client Protocol. */
export function acpChanges({ type, payload }: AgentEvent): Change[] {
  const { content } = payload;
  switch (type) {
    case 'acp-user_message':
      return [{ add: { kind: 'user', text: textOf(content) } }];
    case 'acp-agent_message':
      return [{ add: { kind: 'agent', text: textOf(content) } }];
    case 'acp-agent_thought':
      return [{ add: { kind: 'thought', text: textOf(content) } }];
    case 'acp-notice':
      return [{ add: { kind: 'note', text: textOf(payload['title']) } }];
    case 'acp-tool_call':
      return [{ add: toTool(payload) }, ...resultOf(payload)];
    case 'acp-tool_call_update':
      return resultOf(payload);
    default:
      return [];
  }
}

function toTool({ toolCallId, title, kind, rawInput }: Record<string, unknown>) {
  return {
    kind: 'tool' as const,
    id: String(toolCallId),
    name: textOf(kind) || 'tool',
    subject: typeof title === 'string' ? title : subjectOf(rawInput),
    input: JSON.stringify(rawInput ?? {}, null, 2),
    diff: null,
    result: null,
    isFailed: false,
  };
}

function resultOf({ toolCallId, status, content }: Record<string, unknown>): Change[] {
  if (status !== 'completed' && status !== 'failed') return [];
  const parts = listOf(content).filter(isRecord);
  const diff = parts.flatMap(diffOf).join('\n');
  const text = parts.map((part) => textOf(part['content'])).join('\n');
  const result = { id: String(toolCallId), text, isFailed: status === 'failed' };
  return [{ result: diff === '' ? result : { ...result, diff } }];
}

function diffOf({ type, path, oldText, newText }: Record<string, unknown>): string[] {
  if (type !== 'diff') return [];
  const lines = (text: unknown, mark: string) =>
    typeof text === 'string' ? text.split('\n').map((line) => `${mark}${line}`) : [];
  return [`--- ${String(path)}`, ...lines(oldText, '-'), ...lines(newText, '+')];
}
