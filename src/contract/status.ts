import { z } from 'zod';

/** `initializing` until the cloud-init log exists or its time limit passed; then repositories, hooks, `ready`. */
export const BootStateSchema = z.enum(['initializing', 'discoveringRepositories', 'runningHooks', 'ready']);

/** What boot waits for: messages that were accepted run when it is over. */
export const BootWaitSchema = z
  .object({
    for: z.enum(['cloudInit', 'repositories', 'startHooks']),
    /** In words, with how it ends. */
    message: z.string(),
    since: z.iso.datetime(),
    /** Boot goes on without it then; null when what is waited for has limits of its own. */
    until: z.iso.datetime().nullable(),
    /** How to go on at once, in words; null where there is no way. */
    skip: z.string().nullable(),
  })
  .meta({ id: 'BootWait' });

/** `reason` says what boot went on without; `waitingFor` is there while it waits. */
export const BootSchema = z
  .object({
    state: BootStateSchema,
    since: z.iso.datetime(),
    reason: z.string().optional(),
    waitingFor: BootWaitSchema.optional(),
  })
  .meta({ id: 'Boot' });

export const HealthSchema = z.object({
  status: z.enum(['initializing', 'ok']),
  version: z.string(),
  boot: BootSchema,
});

export const EngineStatusSchema = z
  .object({
    uptimeSeconds: z.number().nonnegative(),
    hasActiveSSHSessions: z.boolean(),
    activeSseClients: z.number().int().nonnegative(),
    chatsTotal: z.number().int().nonnegative(),
    chatsProcessing: z.number().int().nonnegative(),
    reposTotal: z.number().int().nonnegative(),
    hooksRunning: z.boolean(),
  })
  .meta({ id: 'EngineStatusSnapshot' });

export const StatusSchema = EngineStatusSchema.extend({
  version: z.string(),
  boot: BootSchema,
  lastEventId: z.string(),
});

export type BootState = z.infer<typeof BootStateSchema>;
export type Health = z.infer<typeof HealthSchema>;
export type BootWait = z.infer<typeof BootWaitSchema>;
export type Boot = z.infer<typeof BootSchema>;
export type EngineStatus = z.infer<typeof EngineStatusSchema>;
