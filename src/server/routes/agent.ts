import { ChatParamsSchema, SuccessSchema } from '../../contract/chats.ts';
import { ChatModelListSchema, McpServerListSchema, SlashCommandListSchema } from '../../contract/offers.ts';
import { TaskListSchema, TaskParamsSchema } from '../../contract/tasks.ts';
import type { EngineErrorCode } from '../../errors.ts';
import type { Engine } from '../engine.ts';
import { CHANGE_REFUSALS, ENDING_REFUSALS, ok, READ_REFUSALS, route, succeeded } from '../route.ts';

const request = { params: ChatParamsSchema };
const refusals: EngineErrorCode[] = ['UNSUPPORTED', 'AGENT_UNAVAILABLE', ...ENDING_REFUSALS];

/** What the agent of a chat takes, for which no model is called, and what it runs beside its turns. */
export function agentRoutes({ offers, tasks }: Pick<Engine, 'offers' | 'tasks'>) {
  return [
    route('GET', '/chats/:chatId/commands', {
      summary: 'What a message can begin with: commands of the engine, and commands and skills of the agent',
      request,
      answers: ok('As files and settings are now.', SlashCommandListSchema),
      refusals,
      handle: async ({ params }) => ({ commands: await offers.commands(params.chatId) }),
    }),
    route('GET', '/chats/:chatId/models', {
      summary: 'The models of the agent, each with its thinking levels',
      request,
      answers: ok('In the order of the agent.', ChatModelListSchema),
      refusals,
      handle: async ({ params }) => ({ models: await offers.models(params.chatId) }),
    }),
    route('GET', '/chats/:chatId/mcp', {
      summary: 'The MCP servers of the agent, as a process that starts now finds them',
      request,
      answers: ok('As of the last few seconds.', McpServerListSchema),
      refusals,
      handle: async ({ params }) => ({ servers: await offers.mcp(params.chatId) }),
    }),
    route('GET', '/chats/:chatId/tasks', {
      summary: 'What the agent runs in the background, or ran lately: shells, sub-agents, monitors',
      request: { params: ChatParamsSchema },
      answers: ok('The tasks, each with the end of what it printed.', TaskListSchema),
      refusals: ['UNSUPPORTED', ...READ_REFUSALS],
      handle: async ({ params }) => ({ tasks: await tasks.list(params.chatId) }),
    }),
    route('POST', '/chats/:chatId/tasks/:taskId/stop', {
      summary: 'End one of them; `chat.task.changed` tells when it has ended',
      request: { params: TaskParamsSchema },
      answers: ok('The request is on disk and goes to the agent.', SuccessSchema),
      refusals: ['TASK_NOT_FOUND', 'UNSUPPORTED', ...CHANGE_REFUSALS],
      handle: ({ params }) => succeeded(tasks.stop(params.chatId, params.taskId)),
    }),
  ];
}
