import { z } from 'zod';
import { ChatParamsSchema } from '../../contract/chats.ts';
import { ChatModelListSchema, McpServerListSchema, SlashCommandListSchema } from '../../contract/offers.ts';
import type { EngineErrorCode } from '../../errors.ts';
import type { Engine } from '../engine.ts';
import { route } from '../route.ts';

const SlashCommandList = SlashCommandListSchema.meta({ id: 'SlashCommandList' });
const ChatModelList = ChatModelListSchema.meta({ id: 'ChatModelList' });
const McpServerList = McpServerListSchema.meta({ id: 'McpServerList' });

const request = z.object({ params: ChatParamsSchema });
const refusals: EngineErrorCode[] = [
  'CHAT_NOT_FOUND',
  'UNSUPPORTED',
  'AGENT_UNAVAILABLE',
  'SHUTTING_DOWN',
  'WORKSPACE_MOVED',
];

/** What can be said in a chat; no model is called for an answer. */
export function offerRoutes({ offers }: Pick<Engine, 'offers'>) {
  return [
    route({
      method: 'GET',
      path: '/chats/:chatId/commands',
      summary: 'What a message can begin with: commands of the engine, and commands and skills of the agent',
      request,
      answers: { 200: { description: 'As files and settings are now.', schema: SlashCommandList } },
      refusals,
      handle: async ({ params }) => ({ commands: await offers.commands(params.chatId) }),
    }),
    route({
      method: 'GET',
      path: '/chats/:chatId/models',
      summary: 'The models of the agent, each with its thinking levels',
      request,
      answers: { 200: { description: 'In the order of the agent.', schema: ChatModelList } },
      refusals,
      handle: async ({ params }) => ({ models: await offers.models(params.chatId) }),
    }),
    route({
      method: 'GET',
      path: '/chats/:chatId/mcp',
      summary: 'The MCP servers of the agent, as a process that starts now finds them',
      request,
      answers: { 200: { description: 'As of the last few seconds.', schema: McpServerList } },
      refusals,
      handle: async ({ params }) => ({ servers: await offers.mcp(params.chatId) }),
    }),
  ];
}
