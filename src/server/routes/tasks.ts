import { z } from 'zod';
import { ChatParamsSchema, SuccessSchema } from '../../contract/chats.ts';
import { TaskListSchema, TaskParamsSchema } from '../../contract/tasks.ts';
import type { Engine } from '../engine.ts';
import { CHANGE_REFUSALS, route, withDeadline } from '../route.ts';

const TaskList = TaskListSchema.meta({ id: 'TaskList' });
const Success = SuccessSchema.meta({ id: 'Success' });

export function taskRoutes({ tasks }: Pick<Engine, 'tasks'>) {
  return [
    route({
      method: 'GET',
      path: '/chats/:chatId/tasks',
      summary: 'What the agent runs in the background, or ran lately: shells, sub-agents, monitors',
      request: z.object({ params: ChatParamsSchema }),
      answers: { 200: { description: 'The tasks, each with the end of what it printed.', schema: TaskList } },
      refusals: ['CHAT_NOT_FOUND', 'UNSUPPORTED'],
      handle: async ({ params }) => ({ tasks: await tasks.list(params.chatId) }),
    }),
    route({
      method: 'POST',
      path: '/chats/:chatId/tasks/:taskId/stop',
      summary: 'End one of them; `chat.task.changed` tells when it has ended',
      request: z.object({ params: TaskParamsSchema }),
      answers: { 200: { description: 'The request is on disk and goes to the agent.', schema: Success } },
      refusals: ['TASK_NOT_FOUND', 'UNSUPPORTED', ...CHANGE_REFUSALS],
      async handle({ params }) {
        await withDeadline(tasks.stop(params.chatId, params.taskId));
        return { success: true };
      },
    }),
  ];
}
