import { z } from 'zod';
import { FailureSchema } from './chats.ts';

export const HookStatusSchema = z.enum([
  'pending',
  'running',
  'succeeded',
  'failed',
  'timedOut',
  'interrupted',
  'skipped',
  'invalid',
]);

export const HookCommandSchema = z.object({
  command: z.string(),
  status: HookStatusSchema,
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  durationMs: z.number().nonnegative().nullable(),
  startedAt: z.iso.datetime().nullable(),
});

export const HookSchema = z
  .object({
    repoName: z.string(),
    hookName: z.string(),
    hookType: z.literal('repository'),
    kind: z.enum(['start', 'warm']),
    hookCommands: z.array(z.string()),
    status: HookStatusSchema,
    exitCode: z.number().int().nullable(),
    timedOut: z.boolean(),
    commands: z.array(HookCommandSchema),
    output: z.string(),
    outputTruncated: z.boolean(),
    outputTotalChars: z.number().int().nonnegative(),
    executedAt: z.iso.datetime().nullable(),
    error: FailureSchema.optional(),
  })
  .meta({ id: 'Hook' });

export const HooksStatusSchema = z.object({
  running: z.boolean(),
  completed: z.boolean(),
  state: z.enum(['pending', 'running', 'completed', 'failed']),
  hooks: z.array(HookSchema),
});

export const HookLogsQuerySchema = z.looseObject({
  repo: z.string().min(1).optional(),
  follow: z.stringbool().optional(),
});
export const RunHooksQuerySchema = z.looseObject({
  repo: z.string().min(1).optional(),
  type: z.enum(['start', 'warm']).default('start'),
});
export const RunHooksResponseSchema = z.object({ runId: z.string() });

/** Payload of every `hooks.*` event. The command fields are present where one command is concerned. */
export const HooksProgressSchema = z
  .object({
    running: z.boolean(),
    completed: z.boolean(),
    repoName: z.string().optional(),
    kind: z.enum(['start', 'warm']).optional(),
    commandIndex: z.number().int().nonnegative().optional(),
    command: z.string().optional(),
    exitCode: z.number().int().nullable().optional(),
    durationMs: z.number().nonnegative().optional(),
    output: z.string().optional(),
    error: FailureSchema.optional(),
  })
  .meta({ id: 'HooksProgress' });
