import type { AgentEvent } from '../../../client/client.ts';
import { isRecord, listOf, subjectOf, textOf, type Change, type Item, type ToolItem } from './items.ts';

/** What Claude Code says. */
export function claudeChanges({ type, payload }: AgentEvent): Change[] {
  const content = isRecord(payload['message']) ? payload['message']['content'] : undefined;
  if (type === 'claude-assistant') return listOf(content).flatMap(assistantChanges);
  if (type === 'claude-user')
    return listOf(content).flatMap((part) => userChanges(part, payload['tool_use_result']));
  if (type === 'claude-result') return resultChanges(payload);
  return [];
}

function assistantChanges(part: unknown): Change[] {
  if (!isRecord(part)) return [];
  if (part['type'] === 'text') return [{ add: { kind: 'agent', text: textOf(part) } }];
  if (part['type'] === 'thinking') return [{ add: { kind: 'thought', text: textOf(part['thinking']) } }];
  return part['type'] === 'tool_use' ? [{ add: toTool(part) }] : [];
}

function toTool({ id, name, input }: Record<string, unknown>): ToolItem {
  return {
    kind: 'tool',
    id: String(id),
    name: String(name),
    subject: subjectOf(input),
    input: JSON.stringify(input, null, 2),
    diff: isRecord(input) ? diffOfEdit(input) : null,
    result: null,
    isFailed: false,
  };
}

function diffOfEdit({
  old_string: removed,
  new_string: added,
  content,
}: Record<string, unknown>): string | null {
  if (typeof removed === 'string' && typeof added === 'string')
    return `${prefixed(removed, '-')}\n${prefixed(added, '+')}`;
  return typeof content === 'string' ? prefixed(content, '+') : null;
}

function prefixed(text: string, mark: string): string {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `${mark}${line}`)
    .join('\n');
}

function userChanges(part: unknown, detail: unknown): Change[] {
  if (typeof part === 'string') return [{ add: toUser(part) }];
  if (!isRecord(part)) return [];
  if (part['type'] === 'text') return [{ add: toUser(textOf(part)) }];
  if (part['type'] !== 'tool_result') return [];
  const diff = diffOfPatch(detail);
  const result = {
    id: String(part['tool_use_id']),
    text: textOf(part['content']),
    isFailed: part['is_error'] === true,
  };
  return [{ result: diff === null ? result : { ...result, diff } }];
}

/** The patch that an edit reports, with the lines around it. */
function diffOfPatch(detail: unknown): string | null {
  if (!isRecord(detail)) return null;
  const hunks = listOf(detail['structuredPatch']).filter(isRecord);
  const lines = hunks.flatMap((hunk) => [
    `@@ -${String(hunk['oldStart'])} +${String(hunk['newStart'])} @@`,
    ...listOf(hunk['lines']).map(String),
  ]);
  return lines.length === 0 ? null : lines.join('\n');
}

/** A turn that was interrupted is no failure; it has no result of its own. */
function resultChanges({ is_error: isError, result }: Record<string, unknown>): Change[] {
  return isError === true && typeof result === 'string' ? [{ add: { kind: 'failure', text: result } }] : [];
}

/** What the agent writes in the user's name says what happened, not what was said. */
function toUser(text: string): Item {
  const note = /^\[(Request interrupted by user.*)\]$/.exec(text)?.[1];
  return note === undefined ? { kind: 'user', text } : { kind: 'note', text: note };
}
