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

/**
 * Whose it is: a repository's, or the environment's, a script that runs in the home before those of repositories and is
 * called `environment` when it is a start hook, `global` when it is a warm one.
 */
export const HookTypeSchema = z.enum(['repository', 'environment', 'global']);

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
    hookType: HookTypeSchema,
    kind: HookKindSchema,
    hookCommands: z.array(z.string()),
    /** What runs, as text: a script, or the commands, one a line. */
    hookScript: z.string().optional(),
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

export const HooksStatusSchema = z
  .object({
    running: z.boolean(),
    completed: z.boolean(),
    state: z.enum(['pending', 'running', 'completed', 'failed']),
    hooks: z.array(HookSchema),
  })
  .meta({ id: 'HooksStatus' });

export const HookLogsQuerySchema = z.looseObject({
  repo: z.string().min(1).optional(),
  follow: z.stringbool().optional(),
});
export const RunHooksQuerySchema = z.looseObject({
  repo: z.string().min(1).optional(),
  type: HookKindSchema.default('start'),
});
export const RunHooksResponseSchema = z.object({ runId: z.string() }).meta({ id: 'RunHooksResponse' });

/** Bounds of an argument that a shell takes. */
const SCRIPT_BYTES = 100_000;

export const TestHookSchema = z
  .looseObject({
    script: z
      .string()
      .refine((script) => script.trim() !== '', 'may not be empty')
      .refine(
        (script) => new TextEncoder().encode(script).length <= SCRIPT_BYTES,
        'may have 100,000 bytes at most',
      ),
    /** The repository it runs in; the home when left out. */
    repo: z.string().min(1).optional(),
    timeoutMs: z.number().int().min(1).max(3_600_000).default(300_000),
  })
  .meta({ id: 'TestHook' });

/** What is told of a script that is tried, in this order: once, as often as something is printed, once. */
export const HookTestEventSchema = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('started'), startedAt: z.iso.datetime() }),
    z.object({ type: z.literal('output'), text: z.string() }),
    z.object({
      type: z.literal('ended'),
      exitCode: z.number().int().nullable(),
      timedOut: z.boolean(),
      outputTruncated: z.boolean(),
      durationMs: z.number().nonnegative(),
      error: FailureSchema.optional(),
    }),
  ])
  .meta({ id: 'HookTestEvent' });

/** Payload of every `hooks.*` event. The command fields are present where one command is concerned. */
export const HooksProgressSchema = z
  .object({
    running: z.boolean(),
    completed: z.boolean(),
    repoName: z.string().optional(),
    hookType: HookTypeSchema.optional(),
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
export type TestHook = z.infer<typeof TestHookSchema>;
export type HookTestEvent = z.infer<typeof HookTestEventSchema>;
export type HooksProgress = z.infer<typeof HooksProgressSchema>;
