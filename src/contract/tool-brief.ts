import { z } from 'zod';
import type { AgentRequest } from './requests.ts';

/** What a reader wants to know of a tool's input, the first of them that is there. */
const TELLING =
  'command cmd file_path path pattern query url description prompt plan questions question changes message'.split(
    ' ',
  );

const BRIEF_CHARACTERS = 120;

/** The most telling of a tool's arguments; all of them when none is known to be. */
export function subjectOf(input: unknown): string {
  if (typeof input === 'string') return input;
  if (typeof input !== 'object' || input === null) return '';
  const values = new Map(Object.entries(input));
  const telling = TELLING.find((name) => (values.get(name) ?? null) !== null);
  if (telling === undefined && values.size === 0) return '';
  const value: unknown = telling === undefined ? input : values.get(telling);
  if (Array.isArray(value)) return value.map(subjectOf).join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `Bash npm test` */
export function toolBrief({ name, subject }: { name: string; subject: string }): string {
  return toLine(`${name} ${subject}`);
}

/** What a permission is asked for; some agents call the tool by its subject. */
export function askedBrief({ tool: name = 'tool', input }: Pick<AgentRequest, 'tool' | 'input'>): string {
  const subject = subjectAsked(input);
  return toolBrief({ name, subject: name.includes(subject) ? '' : subject });
}

/** What the tool of a permission is given, which some agents put beside their choices. */
export function subjectAsked(input: unknown): string {
  const call = CallSchema.safeParse(input).data?.toolCall;
  return call === undefined ? subjectOf(input) : subjectOf(call.rawInput) || call.title;
}

const CallSchema = z.object({
  toolCall: z.object({ title: z.string().catch(''), rawInput: z.unknown().optional() }),
});

export function toolResultBrief({ text, isError }: { text: string; isError: boolean }): string {
  const [first = '', ...others] = text.trim().split('\n');
  if (first === '') return isError ? 'failed' : 'done';
  const more = others.length > 0 ? ` (${others.length + 1} lines)` : '';
  return `${isError ? 'failed: ' : ''}${toLine(first)}${more}`;
}

/** The first characters of a text, in one line. */
export function toLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > BRIEF_CHARACTERS ? `${line.slice(0, BRIEF_CHARACTERS - 1)}…` : line;
}
