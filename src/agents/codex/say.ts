/** What Codex says: the lines of its rollout. */
import type { AgentEvent } from '../../contract/agent-event.ts';
import { subjectOf } from '../../contract/tool-brief.ts';
import { fieldsOf, fromJson, imageOf, listOf, said, stringOf, textOf, toolOf } from '../saying.ts';
import type { Fields, Said, SaidPart, Saying, ToolCall, ToolResult, Works } from '../saying.ts';

export function say({ type, payload }: AgentEvent): Saying[] {
  if (type === 'event_msg') return ofMessage(payload);
  return type === 'response_item' ? ofItem(payload) : [];
}

export function sayPart({ type, payload }: AgentEvent): SaidPart | null {
  if (type !== 'event_msg') return null;
  const text = stringOf(payload['delta']);
  if (payload['type'] === 'agent_message_delta' || payload['type'] === 'plan_delta')
    return { kind: 'text', text };
  return payload['type'] === 'agent_reasoning_delta' ? { kind: 'thinking', text } : null;
}

function ofMessage({ type, message, text, images }: Fields): Saying[] {
  switch (type) {
    case 'user_message':
      return [...said('user', stringOf(message)), ...listOf(images).map(toImage)];
    case 'agent_reasoning':
      return said('thinking', stringOf(text));
    case 'context_compacted':
      return said('notice', 'The conversation so far was summarized.');
    case 'warning':
      return said('notice', stringOf(message));
    case 'error':
      return said('failure', stringOf(message));
    default:
      return [];
  }
}

function ofItem(payload: Fields): Saying[] {
  switch (payload['type']) {
    case 'message':
      return payload['role'] === 'assistant' ? ofText(textOf(payload['content'])) : [];
    case 'function_call':
    case 'custom_tool_call':
      return [callOf(payload)];
    case 'function_call_output':
    case 'custom_tool_call_output':
      return [resultOf(payload)];
    default:
      return [];
  }
}

function ofText(text: string): Saying[] {
  const plan = /^<proposed_plan>\n(.*)\n<\/proposed_plan>$/s.exec(text)?.[1];
  return plan === undefined ? said('text', text) : said('plan', plan);
}

function callOf({ call_id: id, name, arguments: args, input: text }: Fields): ToolCall {
  const input = fromJson(args ?? text);
  const call = { kind: 'tool' as const, id: String(id), ...toolOf(String(name), WORKS), input };
  if (name !== 'apply_patch') return { ...call, subject: subjectOf(input), diff: null };
  const patch = stringOf(text);
  return { ...call, subject: filesIn(patch), diff: patch };
}

const WORKS: Works = {
  exec_command: 'command',
  apply_patch: 'edit',
  view_image: 'read',
  web_search: 'web',
  spawn_agent: 'agent',
  update_plan: 'tasks',
  request_user_input: 'question',
};

function filesIn(patch: string): string {
  return [...patch.matchAll(/^(?:\*\*\* \w+ File: |\+\+\+ b?\/?)(.+)$/gm)].map(([, file]) => file).join(', ');
}

export function changeAsked(input: unknown): string | null {
  const changes = listOf(fieldsOf(input)['changes']).map(fieldsOf);
  const files = changes.map(({ path, diff }) => `--- ${stringOf(path)}\n${stringOf(diff)}`);
  return files.length === 0 ? null : files.join('\n');
}

/** The output of a command stands beside what is known of it, that of other tools is JSON around both. */
function resultOf({ call_id: id, output, metadata }: Fields): ToolResult {
  const around = metadata === undefined ? fieldsOf(fromJson(output)) : {};
  const known = fieldsOf(metadata ?? around['metadata']);
  const exitCode = known['exit_code'] ?? around['exit_code'];
  return {
    kind: 'result',
    toolId: String(id),
    text: 'output' in around ? textOf(around['output']) : textOf(output),
    isError: (typeof exitCode === 'number' && exitCode !== 0) || known['status'] === 'failed',
    ...(typeof exitCode === 'number' && { exitCode }),
    diff: null,
  };
}

/** It stands in a URL that holds it, or names where it lies. */
function toImage(url: unknown): Said {
  const [, mediaType, data] = /^data:([\w/+.-]+);base64,(.*)$/s.exec(stringOf(url)) ?? [];
  return imageOf(mediaType, data);
}
