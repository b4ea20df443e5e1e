/** Items of a thread as AgentEvents: what stands in the rollout of Codex, `event_msg` and `response_item`. */
import { z } from 'zod';
import type { Saying } from '../step.ts';
import type { Item } from './protocol.ts';

const TextSchema = z.string().catch('');
const TextsSchema = z.array(z.string()).catch([]);

export function opening(item: Item): Saying[] {
  const call = callOf(item);
  return call === null ? [] : [call];
}

export function closing(item: Item): Saying[] {
  switch (item.type) {
    case 'userMessage':
      return [eventMessage('user_message', userMessage(item['content']))];
    case 'agentMessage':
      return assistantMessage(item, TextSchema.parse(item['text']));
    case 'plan':
      return assistantMessage(item, `<proposed_plan>\n${TextSchema.parse(item['text'])}\n</proposed_plan>`);
    case 'reasoning':
      return reasoning(item);
    case 'contextCompaction':
      return [eventMessage('context_compacted', {})];
    default:
      return callOf(item) === null ? [unknownItem(item)] : [outputOf(item)];
  }
}

/** What is said of an item that never completed, of which `text` was streamed. */
export function breaking(item: Item, text: string): Saying[] {
  if (item.type === 'agentMessage' || item.type === 'plan')
    return text === '' ? [] : closing({ ...item, text });
  if (item.type === 'contextCompaction') return [];
  if (item.type === 'reasoning') return text === '' ? [] : closing({ ...item, summary: [text] });
  if (item.type === 'commandExecution')
    return closing({ ...item, aggregatedOutput: text, status: 'interrupted' });
  return closing({ ...item, status: 'interrupted' });
}

export function eventMessage(type: string, fields: Record<string, unknown>): Saying {
  return { type: 'event_msg', payload: { type, ...fields } };
}

function responseItem(type: string, fields: Record<string, unknown>): Saying {
  return { type: 'response_item', payload: { type, ...fields } };
}

const ContentSchema = z
  .array(
    z.looseObject({
      type: z.string().optional(),
      text: z.string().optional(),
      url: z.string().optional(),
      path: z.string().optional(),
    }),
  )
  .catch([]);

function userMessage(content: unknown): Record<string, unknown> {
  const parts = ContentSchema.parse(content);
  const images = parts.flatMap(({ type, url, path }) => url ?? (type === 'skill' ? [] : (path ?? [])));
  const message = parts.flatMap(({ text }) => text ?? []).join('\n');
  return { message, ...(images.length === 0 ? {} : { images }) };
}

function assistantMessage({ id, phase }: Item, text: string): Saying[] {
  if (text === '') return [];
  const content = [{ type: 'output_text', text }];
  const inPhase = typeof phase === 'string' ? { phase } : {};
  return [responseItem('message', { role: 'assistant', id, content, ...inPhase })];
}

function reasoning({ summary, content }: Item): Saying[] {
  return [
    ...TextsSchema.parse(summary).map((text) => eventMessage('agent_reasoning', { text })),
    ...TextsSchema.parse(content).map((text) => eventMessage('agent_reasoning_raw_content', { text })),
  ];
}

/** The call that an item stands for; null when it stands for none. */
function callOf(item: Item): Saying | null {
  if (item.type === 'commandExecution') {
    const cmd = unwrapShell(TextSchema.parse(item['command']));
    const { cwd: workdir } = item;
    return functionCall(item.id, { name: 'exec_command', input: { cmd, workdir } });
  }
  const tool = TOOLS[item.type]?.(item);
  if (tool === undefined) return null;
  const input = item.type === 'fileChange' ? tool.input : JSON.stringify(tool.input);
  return responseItem('custom_tool_call', { call_id: item.id, status: 'completed', name: tool.name, input });
}

export function functionCall(id: string, { name, input }: { name: string; input: object }): Saying {
  return responseItem('function_call', { call_id: id, name, arguments: JSON.stringify(input) });
}

export function functionCallOutput(id: string, fields: Record<string, unknown>): Saying {
  return responseItem('function_call_output', { call_id: id, ...fields });
}

/** The tools that items stand for, and what each is called with. */
const TOOLS: Partial<Record<string, (item: Item) => { name: string; input: unknown }>> = {
  fileChange: ({ changes }) => ({ name: 'apply_patch', input: toPatch(changes) }),
  mcpToolCall: ({ server, tool, ...item }) => ({
    name: `mcp__${String(server)}__${String(tool)}`,
    input: item['arguments'] ?? {},
  }),
  dynamicToolCall: ({ namespace, tool, ...item }) => ({
    name: typeof namespace === 'string' ? `${namespace}__${String(tool)}` : String(tool),
    input: item['arguments'] ?? {},
  }),
  collabAgentToolCall: (item) => ({ name: String(item['tool']), input: factsOf(item) }),
  webSearch: (item) => ({ name: 'web_search', input: factsOf(item) }),
  imageView: (item) => ({ name: 'view_image', input: factsOf(item) }),
  imageGeneration: (item) => ({ name: 'image_generation', input: factsOf(item) }),
};

function outputOf(item: Item): Saying {
  const { id: callId, status, exitCode, durationMs } = item;
  if (item.type === 'commandExecution') {
    const metadata = { exit_code: exitCode ?? null, status, duration_ms: durationMs ?? null };
    return functionCallOutput(callId, { output: TextSchema.parse(item['aggregatedOutput']), metadata });
  }
  return responseItem('custom_tool_call_output', {
    call_id: callId,
    output: JSON.stringify({ output: resultOf(item), metadata: { status: status ?? 'completed' } }),
  });
}

function resultOf(item: Item): unknown {
  const { result, error, contentItems, type } = item;
  if (type === 'fileChange') return '';
  return error ?? result ?? contentItems ?? factsOf(item);
}

function unknownItem(item: Item): Saying {
  const { status } = item;
  return responseItem('custom_tool_call', {
    call_id: item.id,
    name: `codex.${item.type}`,
    input: JSON.stringify(item),
    status: typeof status === 'string' ? status : 'completed',
  });
}

/** An item without what every item has. */
function factsOf(item: Item): Record<string, unknown> {
  const { type: _type, id: _id, startedAtMs: _started, completedAtMs: _completed, ...facts } = item;
  return facts;
}

const ChangesSchema = z
  .array(
    z.looseObject({
      path: z.string(),
      kind: z.looseObject({ type: z.string(), move_path: z.string().nullish() }),
      diff: z.string().catch(''),
    }),
  )
  .catch([]);

type Change = z.infer<typeof ChangesSchema>[number];

function toPatch(changes: unknown): string {
  const sections = ChangesSchema.parse(changes).map(sectionOf);
  return ['*** Begin Patch', ...sections, '*** End Patch'].join('\n');
}

function sectionOf({ path, kind, diff }: Change): string {
  if (kind.type === 'delete') return `*** Delete File: ${path}`;
  if (kind.type === 'add')
    return [`*** Add File: ${path}`, ...linesOf(diff).map((line) => `+${line}`)].join('\n');
  const { move_path: movedTo } = kind;
  const move = movedTo ? [`*** Move to: ${movedTo}`] : [];
  return [`*** Update File: ${path}`, ...move, ...linesOf(withoutMoveNote(diff))].join('\n');
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

/** Codex ends the diff of a moved file with a note to people. */
function withoutMoveNote(diff: string): string {
  return diff.replace(/\n\nMoved to: [^\n]*$/, '');
}

/** One word of a shell: pieces in single quotes, in double quotes, escaped, or bare. */
const PIECES = /'([^']*)'|"([^"\\]*(?:\\[\s\S][^"\\]*)*)"|\\([\s\S])|([^\s'"\\]+)/y;
/** Of a longer one a regular expression may have no stack left. */
const UNWRAPPED_CHARACTERS = 256 * 1024;
const SHELL = /^\S*\b(?:ba|z|da)?sh -l?c /;

/** The command that the model asked for: Codex runs it through a shell, and prints the whole call of that shell. */
export function unwrapShell(command: string): string {
  const call = command.length > UNWRAPPED_CHARACTERS ? null : SHELL.exec(command);
  if (call === null) return command;
  return wordOf(command.slice(call[0].length)) ?? command;
}

/** Null when the text is not exactly one word. */
function wordOf(text: string): string | null {
  const pieces = new RegExp(PIECES);
  let word = '';
  while (pieces.lastIndex < text.length) {
    const piece = pieces.exec(text);
    if (piece === null) return null;
    const [, single, double, escaped, bare] = piece;
    word += single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? bare ?? '';
  }
  return word;
}
