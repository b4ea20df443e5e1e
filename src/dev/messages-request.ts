import { z } from 'zod';

const BlockSchema = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  content: z.unknown().optional(),
  is_error: z.boolean().nullish(),
});

const MessageSchema = z.looseObject({
  role: z.string(),
  content: z.union([z.string(), z.array(BlockSchema)]),
});

/** The part of a Messages API request that scripts decide by. */
export const MessagesRequestSchema = z.looseObject({
  model: z.string(),
  stream: z.boolean().optional(),
  messages: z.array(MessageSchema),
});

export interface ToolResult {
  text: string;
  isError: boolean;
}

type Message = z.infer<typeof MessageSchema>;
type ContentBlock = z.infer<typeof BlockSchema>;
export type MessagesRequest = z.infer<typeof MessagesRequestSchema>;

/** What the user said last, without the reminders that Claude Code adds to it. */
export function latestPrompt(request: MessagesRequest): string {
  return promptsOf(request).at(-1) ?? '';
}

/** Everything the user said in this conversation, in order. */
export function promptsOf(request: MessagesRequest): string[] {
  return request.messages.flatMap(promptsOfMessage);
}

/** What the tools answered since the user spoke last, in order: how far the turn has come. */
export function resultsSincePrompt(request: MessagesRequest): ToolResult[] {
  const { messages } = request;
  const start = messages.findLastIndex((message) => promptsOfMessage(message).length > 0);
  return messages.slice(start + 1).flatMap(resultsOfMessage);
}

function promptsOfMessage(message: Message): string[] {
  if (message.role !== 'user') return [];
  return blocksOf(message).flatMap(({ type, text }) =>
    type === 'text' && text !== undefined && !isAddedByAgent(text) ? [text] : [],
  );
}

function isAddedByAgent(text: string): boolean {
  return /^(<system-reminder>|\[Image: source: |\[Request interrupted by user|Continue from where you left off\.$)/.test(
    text,
  );
}

function resultsOfMessage(message: Message): ToolResult[] {
  return blocksOf(message)
    .filter(({ type }) => type === 'tool_result')
    .map((block) => ({ text: textOf(block.content), isError: block.is_error === true }));
}

function blocksOf({ content }: Message): ContentBlock[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const blocks = z.array(BlockSchema).safeParse(content);
  return blocks.success ? blocks.data.map(({ text }) => text ?? '').join('\n') : '';
}
