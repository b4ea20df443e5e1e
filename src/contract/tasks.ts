import { z } from 'zod';
import { AmountSchema } from './bounds.ts';
import { ChatParamsSchema } from './chats.ts';

/** What an agent runs beside its turns. */
export const TaskSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['shell', 'agent', 'monitor']),
    title: z.string(),
    /** `stopping`: it was told to end. `lost`: the process of its agent ended before it did. */
    state: z.enum(['running', 'stopping', 'completed', 'failed', 'stopped', 'lost']),
    startedAt: z.iso.datetime(),
    /** Left out while it runs, and when nobody knows. */
    endedAt: z.iso.datetime().optional(),
    /** What a sub-agent used so far. */
    tokens: AmountSchema.optional(),
  })
  .meta({ id: 'Task' });

/** The same, with what its agent alone can make of it. */
export const TaskRecordSchema = z.object({
  ...TaskSchema.shape,
  note: z.record(z.string(), z.string()).optional(),
});

/** A task as it is looked at: with the end of what it printed. */
export const TaskViewSchema = z
  .object({ ...TaskSchema.shape, lastActivityAt: z.iso.datetime(), outputTail: z.string() })
  .meta({ id: 'TaskView' });

export const TaskListSchema = z.object({ tasks: z.array(TaskViewSchema) }).meta({ id: 'TaskList' });
export const TaskParamsSchema = ChatParamsSchema.extend({ taskId: z.string().min(1).max(200) });

export type Task = z.infer<typeof TaskSchema>;
export type TaskRecord = z.infer<typeof TaskRecordSchema>;
export type TaskView = z.infer<typeof TaskViewSchema>;
