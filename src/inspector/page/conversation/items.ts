/** What is shown of one thing that was said. */
export type Item = { kind: 'user' | 'agent' | 'thought' | 'note' | 'failure'; text: string } | ToolItem;

export interface ToolItem {
  kind: 'tool';
  id: string;
  name: string;
  /** What it is about in a few words: a command, a file. */
  subject: string;
  input: string;
  diff: string | null;
  result: string | null;
  isFailed: boolean;
}

export type Change =
  { add: Item } | { result: { id: string; text: string; isFailed: boolean; diff?: string } };

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join('\n');
  if (isRecord(value) && typeof value['text'] === 'string') return value['text'];
  if (isRecord(value) && 'content' in value) return textOf(value['content']);
  return '';
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

const SUBJECTS = ['command', 'file_path', 'path', 'pattern', 'query', 'url', 'description', 'cmd'];

/** The most telling of a tool's arguments. */
export function subjectOf(input: unknown): string {
  if (!isRecord(input)) return typeof input === 'string' ? firstLine(input) : '';
  const found = SUBJECTS.map((key) => input[key]).find(
    (value) => typeof value === 'string' || Array.isArray(value),
  );
  return Array.isArray(found)
    ? firstLine(found.join(' '))
    : firstLine(typeof found === 'string' ? found : '');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
