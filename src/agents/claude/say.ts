/** What Claude Code says. */
import type { AgentEvent } from '../../contract/agent-event.ts';
import { subjectOf } from '../../contract/tool-brief.ts';
import { fieldsOf, imageOf, listOf, marked, said, stringOf, textOf, toolOf } from '../saying.ts';
import type { Fields, SaidPart, Said, Saying, ToolCall, ToolResult, Works } from '../saying.ts';

export function say({ type, payload }: AgentEvent): Saying[] {
  const { content } = fieldsOf(payload['message']);
  if (type === 'claude-assistant') return listOf(content).flatMap((block) => ofAgent(fieldsOf(block)));
  if (type === 'claude-user') {
    const known = fieldsOf(payload['tool_use_result']);
    return listOf(content).flatMap((block) => ofUser(block, known));
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
  const call = { kind: 'tool' as const, id: String(id), ...toolOf(String(name), WORKS) };
  const diff = call.work === 'edit' ? changeOf(fieldsOf(input)) : null;
  return { ...call, subject: subjectOf(input), input, diff };
}

const WORKS: Works = {
  Bash: 'command',
  Edit: 'edit',
  Write: 'edit',
  NotebookEdit: 'edit',
  Read: 'read',
  Glob: 'search',
  Grep: 'search',
  ToolSearch: 'search',
  WebFetch: 'web',
  WebSearch: 'web',
  Agent: 'agent',
  Task: 'agent',
  TodoWrite: 'tasks',
  ExitPlanMode: 'plan',
  AskUserQuestion: 'question',
};

export function changeAsked(input: unknown): string | null {
  const fields = fieldsOf(input);
  return typeof fields['file_path'] === 'string' ? changeOf(fields) : null;
}

/** What an edit replaces, or a new file holds. */
function changeOf({ old_string: removed, new_string: added, content }: Fields): string | null {
  const lines =
    typeof removed === 'string' && typeof added === 'string'
      ? [...marked('-', removed), ...marked('+', added)]
      : marked('+', content);
  return lines.length === 0 ? null : lines.join('\n');
}

/** `known`: what is told of the result of a tool beside what the model reads. */
function ofUser(block: unknown, known: Fields): Saying[] {
  if (typeof block === 'string') return ofUserText(block);
  const { type, tool_use_id: toolId, content, is_error: isError } = fieldsOf(block);
  if (type === 'text') return ofUserText(textOf(block));
  if (type !== 'tool_result') return imagesIn([block]);
  return [resultOf({ toolId, content, isError }, known), ...imagesIn(listOf(content))];
}

function imagesIn(blocks: readonly unknown[]): Said[] {
  const images = blocks.map(fieldsOf).filter(({ type }) => type === 'image');
  return images
    .map(({ source }) => fieldsOf(source))
    .map(({ media_type: mediaType, data }) => imageOf(mediaType, data));
}

/** A command that Claude Code carries out itself. */
const OWN_COMMAND = /^<command-name>(.*?)<\/command-name>.*<command-args>(.*?)<\/command-args>/s;
/** That a turn was interrupted, or what such a command printed. */
const NOTE =
  /^(?:\[(Request interrupted by user.*)\]|<local-command-std(?:out|err)>(.*)<\/local-command-std(?:out|err)>)$/s;

/** What the agent writes in the user's name says what happened, not what was said. */
function ofUserText(text: string): Said[] {
  const [, command, args] = OWN_COMMAND.exec(text) ?? [];
  if (command !== undefined) return said('user', `${command} ${args}`.trim());
  const [, interrupt, printed] = NOTE.exec(text) ?? [];
  const note = interrupt ?? printed;
  return note === undefined ? said('user', text) : said('notice', note);
}

function resultOf({ toolId, content, isError }: Fields, known: Fields): ToolResult {
  // What the model is told of a sub-agent that goes on beside it is not meant for people.
  const text = known['status'] === 'async_launched' ? 'It works in the background.' : textOf(content);
  const exitCode = exitCodeOf(text, isError === true, known);
  return {
    kind: 'result',
    toolId: String(toolId),
    text,
    isError: isError === true,
    ...(exitCode !== null && { exitCode }),
    diff: patchOf(known),
  };
}

/** A code that is no 0 stands in the text; a command that it explains had one, and is no error. */
function exitCodeOf(text: string, isError: boolean, known: Fields): number | null {
  if (isError) return Number(/^Exit code (\d+)/.exec(text)?.[1] ?? NaN) || null;
  const { stdout, interrupted, returnCodeInterpretation: explained, backgroundTaskId } = known;
  const isOver = typeof stdout === 'string' && interrupted !== true && backgroundTaskId === undefined;
  return isOver && explained === undefined ? 0 : null;
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
