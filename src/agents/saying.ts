/** What agents say, in one vocabulary, whichever dialect they speak. Pure: it also runs in browsers. */
import { parseJson } from '../contract/parse-json.ts';

export type Saying = Said | ToolCall | ToolResult;

export interface Said {
  /** `failure`: why a turn came to nothing. The text of an image is its media type. */
  kind: 'user' | 'text' | 'thinking' | 'plan' | 'image' | 'notice' | 'failure';
  text: string;
  /** Of an image that was said with all its bytes: a `data:` URL. */
  url?: string;
}

/** What a tool does, whichever agent it is of. */
export type ToolWork =
  'command' | 'edit' | 'read' | 'search' | 'web' | 'mcp' | 'agent' | 'tasks' | 'plan' | 'question' | 'other';

export interface ToolCall {
  kind: 'tool';
  id: string;
  name: string;
  work: ToolWork;
  /** What it is about: a command, a file. */
  subject: string;
  input: unknown;
  /** What it is to change, as lines that begin with + and -. */
  diff: string | null;
}

export interface ToolResult {
  kind: 'result';
  /** The `id` of the call. */
  toolId: string;
  text: string;
  isError: boolean;
  /** Of a command that ended by itself. */
  exitCode?: number;
  /** What was changed, where that is known better than from the call. */
  diff: string | null;
}

/** What a token-level event adds to what is being said. */
export interface SaidPart {
  kind: 'text' | 'thinking';
  text: string;
}

export function said(kind: Said['kind'], text: string): Said[] {
  return text.trim() === '' ? [] : [{ kind, text }];
}

/** `data`: in Base64; no text when it lies elsewhere. */
export function imageOf(mediaType: unknown, data: unknown): Said {
  const text = stringOf(mediaType) || 'image';
  return { kind: 'image', text, ...(stringOf(data) && { url: `data:${text};base64,${stringOf(data)}` }) };
}

export type Fields = Readonly<Record<string, unknown>>;

/** Nothing in it when it is no object. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The text of content in any of its shapes: a string, a block, blocks, blocks around blocks. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) return content.map(textOf).filter(Boolean).join('\n');
  const { text, content: inner } = fieldsOf(content);
  return typeof text === 'string' ? text : inner === undefined ? '' : textOf(inner);
}

/** The value that a text is the JSON of; the text itself when it is none. */
export function fromJson(text: unknown): unknown {
  return typeof text === 'string' ? (parseJson(text) ?? text) : text;
}

/** What tools do, by what an agent calls them. */
export type Works = Readonly<Record<string, ToolWork>>;

/** What a tool is called and what it does; one of an MCP server has the names of both. */
export function toolOf(name: string, works: Works): Pick<ToolCall, 'name' | 'work'> {
  const [, server, tool] = /^mcp__(.+?)__(.+)$/s.exec(name) ?? [];
  if (server !== undefined) return { name: `${server} › ${tool}`, work: 'mcp' };
  return { name, work: workOf(name, works) };
}

/** Agents name their tools as they like, also as something that every object has. */
export function workOf(name: string, works: Works): ToolWork {
  return (Object.hasOwn(works, name) ? works[name] : undefined) ?? 'other';
}

/** Every line of a text behind a mark: `+` or `-`. */
export function marked(mark: string, text: unknown): string[] {
  if (typeof text !== 'string') return [];
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `${mark}${line}`);
}
