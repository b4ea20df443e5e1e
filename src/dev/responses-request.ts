import { z } from 'zod';
import type { ToolResult } from './messages-request.ts';

const PartSchema = z.looseObject({ type: z.string(), text: z.string().optional() });

const ItemSchema = z.looseObject({
  type: z.string().default('message'),
  role: z.string().optional(),
  content: z.array(PartSchema).nullish().catch(null),
  output: z.unknown().optional(),
});

type Item = z.infer<typeof ItemSchema>;

/** The part of a Responses API request that scripts decide by. */
export const ResponsesRequestSchema = z.looseObject({ model: z.string(), input: z.array(ItemSchema) });
export type ResponsesRequest = z.infer<typeof ResponsesRequestSchema>;

/** Everything the user said in this conversation, in order, without what Codex adds to it. */
export function promptsOf({ input }: ResponsesRequest): string[] {
  return input.flatMap(promptsOfItem);
}

/** What the tools answered since the user spoke last, in order: how far the turn has come. */
export function resultsSincePrompt({ input }: ResponsesRequest): ToolResult[] {
  const start = input.findLastIndex((item) => promptsOfItem(item).length > 0);
  return input
    .slice(start + 1)
    .filter(({ type }) => type.endsWith('_call_output'))
    .map(({ output }) => toResult(textOf(output)));
}

/** Codex says in words how a tool ended, above what the tool printed. */
function toResult(text: string): ToolResult {
  const [ending = ''] = text.split('\nOutput:\n', 1);
  return { text, isError: FAILED.test(ending) };
}

const FAILED = /^((Process exited with code|Exit code:) [1-9]|apply_patch verification failed|unsupported )/m;

function promptsOfItem({ type, role, content }: Item): string[] {
  if (type !== 'message' || role !== 'user') return [];
  return (content ?? []).flatMap(({ text }) => (text === undefined || isAddedByAgent(text) ? [] : [text]));
}

/** Whether Codex is in plan mode: of what it was told of its mode, the last counts. */
export function isPlanning({ input }: ResponsesRequest): boolean {
  const texts = input.flatMap(({ role, content }) =>
    role === 'developer' ? (content ?? []).flatMap(({ text = '' }) => text) : [],
  );
  return /^<collaboration_mode># Plan/m.test(texts.findLast((text) => text.includes(MODE)) ?? '');
}

const MODE = '<collaboration_mode>';

function isAddedByAgent(text: string): boolean {
  return /^\s*(<[a-z_]+>|# AGENTS\.md|<image)/.test(text);
}

function textOf(output: unknown): string {
  if (typeof output === 'string') return output;
  const parts = z.array(PartSchema).safeParse(output).data ?? [];
  return parts.map(({ text }) => text ?? '').join('\n');
}
