import { z } from 'zod';

/**
 * `initializing` until the cloud-init log exists or its time limit passed; then repositories, hooks, `ready`. `restoring`
 * while the workspace comes here from another machine: before the engine opens its home, and once more for repositories.
 */
export const BootStateSchema = z.enum([
  'initializing',
  'restoring',
  'discoveringRepositories',
  'runningHooks',
  'ready',
]);

/** What boot waits for: messages that were accepted run when it is over. */
export const BootWaitSchema = z
  .object({
    for: z.enum(['cloudInit', 'restore', 'repositories', 'startHooks']),
    /** In words, with how it ends. */
    message: z.string(),
    since: z.iso.datetime(),
    /** Boot goes on without it then; null when what is waited for has limits of its own. */
    until: z.iso.datetime().nullable(),
    /** How to go on at once, in words; null where there is no way. */
    skip: z.string().nullable(),
  })
  .meta({ id: 'BootWait' });

/** How far a workspace is that comes here from another machine. */
export const RestoreProgressSchema = z
  .object({
    /** `away`: what it needs does not answer, and is asked again. */
    phase: z.enum(['claiming', 'fetching', 'placing', 'away', 'repositories']),
    percent: z.number().int().min(0).max(100),
    /** What was fetched. */
    bytes: z.number().int().nonnegative(),
  })
  .meta({ id: 'RestoreProgress' });

/** `reason` says what boot went on without; `waitingFor` is there while it waits, `restore` while it restores. */
export const BootSchema = z
  .object({
    state: BootStateSchema,
    since: z.iso.datetime(),
    reason: z.string().optional(),
    waitingFor: BootWaitSchema.optional(),
    restore: RestoreProgressSchema.optional(),
  })
  .meta({ id: 'Boot' });

export const HealthSchema = z
  .object({
    status: z.enum(['initializing', 'ok']),
    version: z.string(),
    boot: BootSchema,
  })
  .meta({ id: 'Health' });

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

/** The copy of the event log in the shared one; there where `REPLICA_LOG_URL` is set. */
export const MirrorStatusSchema = z
  .object({
    state: z.enum(['claiming', 'behind', 'mirroring', 'away', 'diverged', 'fenced', 'stopped']),
    /** Why nothing is copied; null while it is. */
    reason: z.string().nullable(),
    /** How this engine is called there. */
    owner: z.string(),
    /** 0 before the log was claimed. */
    epoch: z.number().int().nonnegative(),
    /** The last event that is there; null when none is, or none is known to be. */
    copiedId: z.string().nullable(),
    /** What is on disk and not there; bytes are estimated, `ms` is the age of the oldest. */
    lag: z.object({
      events: z.number().int().nonnegative(),
      bytes: z.number().int().nonnegative(),
      ms: z.number().int().nonnegative(),
    }),
  })
  .meta({ id: 'MirrorStatus' });

/** The archive of the workspace; there where `ARCHIVE_URL` is set. */
export const ArchiveStatusSchema = z
  .object({
    state: z.enum(['idle', 'archiving', 'pausing', 'away', 'finishing', 'superseded', 'stopped']),
    /** Why nothing is archived; null while it is. */
    reason: z.string().nullable(),
    /** When the last one was taken by this engine; null before the first. */
    takenAt: z.iso.datetime().nullable(),
    /** Everything of the log up to here is in it. */
    lastEventId: z.string().nullable(),
    /** Of what is in it, before it was compressed. */
    bytes: z.number().int().nonnegative(),
    pieces: z.number().int().nonnegative(),
    /** The first hundred things that are not in it. */
    omitted: z.array(z.object({ path: z.string(), size: z.number().optional(), reason: z.string() })),
  })
  .meta({ id: 'ArchiveStatus' });

export const StatusSchema = EngineStatusSchema.extend({
  version: z.string(),
  boot: BootSchema,
  mirror: MirrorStatusSchema.optional(),
  archive: ArchiveStatusSchema.optional(),
  lastEventId: z.string(),
}).meta({ id: 'Status' });

/** How far an engine is that gives its workspace to another machine. */
export const HandOverSchema = z
  .object({
    /** Turns end; everything is mirrored and archived; another engine may start, and this one ends. */
    state: z.enum(['finishing', 'copying', 'handedOver']),
    /** Everything up to here is kept outside of this machine; null before it is. */
    lastEventId: z.string().nullable(),
    /** When the archive was taken that another machine goes on from; null before it was. */
    archivedAt: z.iso.datetime().nullable(),
    /** How much is not in it: `archive.omitted` of the status names it. */
    omitted: z.number().int().nonnegative(),
  })
  .meta({ id: 'HandOver' });

export type HandOver = z.infer<typeof HandOverSchema>;
export type BootState = z.infer<typeof BootStateSchema>;
export type Health = z.infer<typeof HealthSchema>;
export type RestoreProgress = z.infer<typeof RestoreProgressSchema>;
export type BootWait = z.infer<typeof BootWaitSchema>;
export type Boot = z.infer<typeof BootSchema>;
export type ArchiveStatus = z.infer<typeof ArchiveStatusSchema>;
export type MirrorStatus = z.infer<typeof MirrorStatusSchema>;
export type EngineStatus = z.infer<typeof EngineStatusSchema>;
