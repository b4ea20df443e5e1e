import type { AgentEvent } from '../../../client/client.ts';
import { isRecord, subjectOf, textOf, type Change, type ToolItem } from './items.ts';

/** What Codex says: the lines of its rollout. */
export function codexChanges({ payload }: AgentEvent): Change[] {
  switch (payload['type']) {
    case 'user_message':
      return [{ add: { kind: 'user', text: textOf(payload['message']) } }];
    case 'agent_reasoning':
      return [{ add: { kind: 'thought', text: textOf(payload['text']) } }];
    case 'message':
      return payload['role'] === 'user' ? [] : [{ add: { kind: 'agent', text: textOf(payload['content']) } }];
    case 'function_call':
    case 'custom_tool_call':
      return [{ add: toTool(payload) }];
    case 'function_call_output':
    case 'custom_tool_call_output':
      return [{ result: { id: String(payload['call_id']), ...outputOf(payload['output']) } }];
    default:
      return [];
  }
}

function toTool({ call_id: id, name, arguments: args, input }: Record<string, unknown>): ToolItem {
  const text = textOf(args ?? input);
  const parsed = parseJson(text);
  return {
    kind: 'tool',
    id: String(id),
    name: String(name),
    subject: name === 'apply_patch' ? filesOf(text) : subjectOf(parsed),
    input: isRecord(parsed) ? JSON.stringify(parsed, null, 2) : text,
    diff: name === 'apply_patch' ? text : null,
    result: null,
    isFailed: false,
  };
}

function filesOf(patch: string): string {
  return [...patch.matchAll(/^(?:\*\*\* \w+ File: |\+\+\+ b?\/?)(.+)$/gm)].map(([, file]) => file).join(', ');
}

function outputOf(output: unknown): { text: string; isFailed: boolean } {
  const parsed = typeof output === 'string' ? parseJson(output) : output;
  if (!isRecord(parsed)) return { text: textOf(output), isFailed: false };
  const metadata = isRecord(parsed['metadata']) ? parsed['metadata'] : parsed;
  const exitCode = metadata['exit_code'];
  return {
    text: textOf(parsed['output'] ?? parsed),
    isFailed: typeof exitCode === 'number' && exitCode !== 0,
  };
}

/** The text itself when it is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
