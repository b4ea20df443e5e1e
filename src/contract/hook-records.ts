/** What the engine remembers of hooks, so that the next engine can go on with them. */
import { z } from 'zod';
import { FailureSchema } from './chats.ts';
import { HookCommandSchema, HookKindSchema, HookStatusSchema, HookTypeSchema } from './hooks.ts';

/** One shell of a hook: it runs `count` of the commands, from `first` on. */
export const HookStepSchema = z.object({
  /** Names the folder of its process; making that folder is the claim to start it. */
  processId: z.uuid(),
  first: z.number().int().nonnegative(),
  count: z.number().int().positive(),
  /** Characters it has printed; of a running one, as of the last event. */
  outputChars: z.number().int().nonnegative(),
});

/** One repository's hook in one run, or the environment's. */
export const HookRecordSchema = z.object({
  runId: z.string(),
  /** The boot of the VM or container in which it ran. */
  bootId: z.string(),
  /** The name of the repository; of a hook of the environment its type. */
  repoName: z.string(),
  /** A repository's when left out. */
  hookType: HookTypeSchema.optional(),
  /** The repository, or the home: where the commands run. */
  folder: z.string(),
  kind: HookKindSchema,
  /** Time limit of each step, in milliseconds. */
  timeoutMs: z.number().int().positive(),
  steps: z.array(HookStepSchema),
  commands: z.array(HookCommandSchema),
  status: HookStatusSchema,
  executedAt: z.iso.datetime().nullable(),
  error: FailureSchema.optional(),
});

/** Hooks that were started together. */
export const HookRunSchema = z.object({
  runId: z.string(),
  bootId: z.string(),
  kind: HookKindSchema,
  /** Who asked for it: the boot of the workspace, or somebody over HTTP. */
  trigger: z.enum(['boot', 'request']),
  state: z.enum(['running', 'completed', 'failed']),
});

/** Everything known of hooks: the fold of the journal's lines. */
export const HooksRecordSchema = z.object({
  run: HookRunSchema.nullable(),
  hooks: z.array(HookRecordSchema),
  /** The boot whose start hooks are over. */
  preparedBoot: z.string().nullable(),
});

export type HookStep = z.infer<typeof HookStepSchema>;
export type HookRecord = z.infer<typeof HookRecordSchema>;
export type HookRun = z.infer<typeof HookRunSchema>;
export type HooksRecord = z.infer<typeof HooksRecordSchema>;
