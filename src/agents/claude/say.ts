/** What Claude Code says. */
import type { AgentEvent } from '../../contract/agent-event.ts';
import { subjectOf } from '../../contract/tool-brief.ts';
import { fieldsOf, imageOf, listOf, marked, said, stringOf, textOf } from '../saying.ts';
import type { Fields, SaidPart, Said, Saying, ToolCall, ToolResult } from '../saying.ts';

export function say({ type, payload }: AgentEvent): Saying[] {
  const { content } = fieldsOf(payload['message']);
  if (type === 'claude-assistant') return listOf(content).flatMap((block) => ofAgent(fieldsOf(block)));
  if (type === 'claude-user') {
    const patch = patchOf(fieldsOf(payload['tool_use_result']));
    return listOf(content).flatMap((block) => ofUser(block, patch));
  }
  // A turn that was interrupted is no failure; it has no result of its own.
  const isFailure = type === 'claude-result' && payload['is_error'] === true;
  return isFailure ? said('failure', stringOf(payload['result'])) : [];
}

/** The call of the tool that a sub-agent works for, of what that says. */
export function threadOf({ payload }: AgentEvent): string | null {
  return stringOf(payload['parent_tool_use_id']) || null;
}

export function sayPart({ type, payload }: AgentEvent): SaidPart | null {
  if (type !== 'claude-stream_event') return null;
  const { text, thinking } = fieldsOf(fieldsOf(payload['event'])['delta']);
  if (typeof text === 'string') return { kind: 'text', text };
  return typeof thinking === 'string' ? { kind: 'thinking', text: thinking } : null;
}

function ofAgent(block: Fields): Saying[] {
  if (block['type'] === 'text') return said('text', textOf(block));
  if (block['type'] === 'thinking') return said('thinking', stringOf(block['thinking']));
  return block['type'] === 'tool_use' ? [callOf(block)] : [];
}

function callOf({ id, name, input }: Fields): ToolCall {
  const subject = subjectOf(input);
  return {
    kind: 'tool',
    id: String(id),
    name: String(name),
    subject,
    input,
    diff: changeOf(fieldsOf(input)),
  };
}

/** What an edit replaces, or a new file holds. */
function changeOf({ old_string: removed, new_string: added, content }: Fields): string | null {
  const lines =
    typeof removed === 'string' && typeof added === 'string'
      ? [...marked('-', removed), ...marked('+', added)]
      : marked('+', content);
  return lines.length === 0 ? null : lines.join('\n');
}

function ofUser(block: unknown, patch: string | null): Saying[] {
  if (typeof block === 'string') return ofUserText(block);
  const { type, source, tool_use_id: toolId, content, is_error: isError } = fieldsOf(block);
  if (type === 'text') return ofUserText(textOf(block));
  const image = fieldsOf(source);
  if (type === 'image') return [imageOf(image['media_type'], image['data'])];
  return type === 'tool_result' ? [resultOf({ toolId, content, isError }, patch)] : [];
}

/** What the agent writes in the user's name says what happened, not what was said. */
function ofUserText(text: string): Said[] {
  const [, interrupt, output] = NOTE.exec(text) ?? [];
  const note = interrupt ?? output;
  return note === undefined ? said('user', text) : said('notice', note);
}

/** That a turn was interrupted, or what a command printed that Claude Code carries out itself. */
const NOTE =
  /^(?:\[(Request interrupted by user.*)\]|<local-command-std(?:out|err)>(.*)<\/local-command-std(?:out|err)>)$/s;

function resultOf({ toolId, content, isError }: Fields, diff: string | null): ToolResult {
  return { kind: 'result', toolId: String(toolId), text: textOf(content), isError: isError === true, diff };
}

/** The patch that an edit reports, with the lines around it. */
function patchOf({ structuredPatch }: Fields): string | null {
  const lines = listOf(structuredPatch)
    .map(fieldsOf)
    .flatMap((hunk) => [
      `@@ -${String(hunk['oldStart'])} +${String(hunk['newStart'])} @@`,
      ...listOf(hunk['lines']).map(String),
    ]);
  return lines.length === 0 ? null : lines.join('\n');
}
