/** What can be said in a chat: commands, models, and the servers whose tools its agent has. */
import { z } from 'zod';
import { ThinkingLevelSchema } from './messages.ts';

export const SlashCommandSchema = z
  .object({
    /** With its slash, as a message begins with it. */
    command: z
      .string()
      .startsWith('/')
      .meta({ examples: ['/plan'] }),
    description: z.string(),
    argumentHint: z.string().optional(),
    providers: z.array(z.string()),
  })
  .meta({ id: 'SlashCommand' });

export const ChatModelSchema = z
  .object({
    /** As `model` of a message names it. */
    id: z.string(),
    name: z.string(),
    levels: z.array(ThinkingLevelSchema),
    /** The agent's own choice. */
    default: z.boolean(),
    /** What the next message runs with, if it does not say. */
    current: z.boolean(),
  })
  .meta({ id: 'ChatModel' });

export const McpServerSchema = z
  .object({
    name: z.string(),
    state: z.enum(['connecting', 'connected', 'failed', 'disabled']),
    /** The names of its tools, as far as they are known. */
    tools: z.array(z.string()),
    error: z.string().nullable(),
    loginNeeded: z.boolean(),
  })
  .meta({ id: 'McpServer' });

export const SlashCommandListSchema = z
  .object({ commands: z.array(SlashCommandSchema) })
  .meta({ id: 'SlashCommandList' });
export const ChatModelListSchema = z
  .object({ models: z.array(ChatModelSchema) })
  .meta({ id: 'ChatModelList' });
export const McpServerListSchema = z
  .object({ servers: z.array(McpServerSchema) })
  .meta({ id: 'McpServerList' });

export type SlashCommand = z.infer<typeof SlashCommandSchema>;
export type ChatModel = z.infer<typeof ChatModelSchema>;
export type McpServer = z.infer<typeof McpServerSchema>;
