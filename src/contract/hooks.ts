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

/** `start` hooks run at each boot, `warm` ones when somebody asks. */
export const HookKindSchema = z.enum(['start', 'warm']);

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
    kind: HookKindSchema,
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
  type: HookKindSchema.default('start'),
});
export const RunHooksResponseSchema = z.object({ runId: z.string() });

/** Payload of every `hooks.*` event. The command fields are present where one command is concerned. */
export const HooksProgressSchema = z
  .object({
    running: z.boolean(),
    completed: z.boolean(),
    repoName: z.string().optional(),
    kind: HookKindSchema.optional(),
    runId: z.string().optional(),
    commandIndex: z.number().int().nonnegative().optional(),
    command: z.string().optional(),
    exitCode: z.number().int().nullable().optional(),
    durationMs: z.number().nonnegative().optional(),
    output: z.string().optional(),
    error: FailureSchema.optional(),
  })
  .meta({ id: 'HooksProgress' });

export type HookKind = z.infer<typeof HookKindSchema>;
export type HookStatus = z.infer<typeof HookStatusSchema>;
export type HookCommand = z.infer<typeof HookCommandSchema>;
export type Hook = z.infer<typeof HookSchema>;
export type HooksStatus = z.infer<typeof HooksStatusSchema>;
export type HooksProgress = z.infer<typeof HooksProgressSchema>;
