import { ChatParamsSchema, SuccessSchema } from '../../contract/chats.ts';
import { ChatModelListSchema, McpServerListSchema, SlashCommandListSchema } from '../../contract/offers.ts';
import { TaskListSchema, TaskParamsSchema } from '../../contract/tasks.ts';
import type { EngineErrorCode } from '../../errors.ts';
import type { Engine } from '../engine.ts';
import { CHANGE_REFUSALS, ENDING_REFUSALS, route, succeeded } from '../route.ts';

const request = { params: ChatParamsSchema };
const refusals: EngineErrorCode[] = ['UNSUPPORTED', 'AGENT_UNAVAILABLE', ...ENDING_REFUSALS];

/** What the agent of a chat takes, for which no model is called, and what it runs beside its turns. */
export function agentRoutes({ offers, tasks }: Pick<Engine, 'offers' | 'tasks'>) {
  return [
    route('GET', '/chats/:chatId/commands', {
      summary: 'What a message can begin with: commands of the engine, and commands and skills of the agent',
      request,
      answers: { 200: { description: 'As files and settings are now.', schema: SlashCommandListSchema } },
      refusals,
      handle: async ({ params }) => ({ commands: await offers.commands(params.chatId) }),
    }),
    route('GET', '/chats/:chatId/models', {
      summary: 'The models of the agent, each with its thinking levels',
      request,
      answers: { 200: { description: 'In the order of the agent.', schema: ChatModelListSchema } },
      refusals,
      handle: async ({ params }) => ({ models: await offers.models(params.chatId) }),
    }),
    route('GET', '/chats/:chatId/mcp', {
      summary: 'The MCP servers of the agent, as a process that starts now finds them',
      request,
      answers: { 200: { description: 'As of the last few seconds.', schema: McpServerListSchema } },
      refusals,
      handle: async ({ params }) => ({ servers: await offers.mcp(params.chatId) }),
    }),
    route('GET', '/chats/:chatId/tasks', {
      summary: 'What the agent runs in the background, or ran lately: shells, sub-agents, monitors',
      request: { params: ChatParamsSchema },
      answers: {
        200: { description: 'The tasks, each with the end of what it printed.', schema: TaskListSchema },
      },
      refusals: ['UNSUPPORTED'],
      handle: async ({ params }) => ({ tasks: await tasks.list(params.chatId) }),
    }),
    route('POST', '/chats/:chatId/tasks/:taskId/stop', {
      summary: 'End one of them; `chat.task.changed` tells when it has ended',
      request: { params: TaskParamsSchema },
      answers: {
        200: { description: 'The request is on disk and goes to the agent.', schema: SuccessSchema },
      },
      refusals: ['TASK_NOT_FOUND', 'UNSUPPORTED', ...CHANGE_REFUSALS],
      handle: ({ params }) => succeeded(tasks.stop(params.chatId, params.taskId)),
    }),
  ];
}
