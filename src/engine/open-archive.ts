import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fromCallback, fromPromise } from 'xstate';
import type { ArchiveEnd } from '../../machines/archive.setup.ts';
import type { ArchiveActors } from '../archive/archive.ts';
import type { AgentDriver } from '../agents/agent.ts';
import type { ArchiveStatus } from '../contract/status.ts';
import { archiveTargetOf } from '../environment/archive-variables.ts';
import { RESTORED_KEY } from '../restore/restored-file.ts';
import { listRepositories } from '../workspace/find-repositories.ts';
import { createGit } from '../workspace/git.ts';
import type { Home } from './open-home.ts';
import type { Recording } from './start-recording.ts';
import type { Root } from './start-root.ts';
import { toolEnvironment } from './start-workspace.ts';

export interface OpenArchiveOptions {
  drivers: ReadonlyMap<string, AgentDriver>;
  recording: Pick<Recording, 'onRest'>;
  /** Of this engine in the shared log, 0 before it has claimed that; null without a shared log. */
  epoch: () => number | null;
  signal: AbortSignal;
}

/** What may be slow in a large repository; nobody waits for it. */
const GIT_LIMIT_MS = 120_000;
const OMITTED_SHOWN = 100;

export interface OpenedArchive {
  actors: ArchiveActors;
  /** The highest one under which anything is there; 0 for none. */
  epoch: () => Promise<number>;
}

/** The archive that the environment asks for; without one nothing of it is loaded. */
export async function openArchive(
  home: Home,
  { drivers, recording, epoch, signal }: OpenArchiveOptions,
): Promise<OpenedArchive | null> {
  const { environment, log, paths, journal, records, store } = home;
  const target = archiveTargetOf(environment);
  if (target == null) return null;
  const [{ Archive }, { openObjectStore }, { listEpochs }] = await Promise.all([
    import('../archive/archive.ts'),
    import('../archive/open-object-store.ts'),
    import('../archive/manifests.ts'),
  ]);
  const objects = await openObjectStore(target, environment.WORKSPACE_ID);
  const { WORKSPACE_ID: workspaceId, ARCHIVE_FILE_BYTES: maxFileBytes } = environment;
  const scratch = join(paths.engine, 'archive');
  await rm(scratch, { recursive: true, force: true });
  const git = createGit({ env: toolEnvironment(home), timeoutMs: GIT_LIMIT_MS, signal });
  const limits = { file: maxFileBytes, repository: environment.ARCHIVE_REPOSITORY_BYTES };
  const sessions = () =>
    [...records.values()].flatMap((record) => drivers.get(record.chat.provider)?.sessionPaths(record) ?? []);
  const archive = new Archive({
    store: objects,
    workspaceId,
    home: paths.home,
    log: journal,
    activeLogFile: paths.events,
    projections: [
      paths.chats,
      ...['chats.previous.json', 'outbox.json', 'pull-requests.json', 'dead-letters.jsonl'].map((name) =>
        join(paths.engine, name),
      ),
      paths.engineState,
      paths.history,
    ],
    contents: () => [
      paths.payloads,
      paths.canvas,
      join(paths.engine, 'restored'),
      ...paths.plans.map(({ folder }) => folder),
      ...sessions(),
    ],
    repositories: () => listRepositories(paths.workspaces),
    git: { git, scratch, limits },
    maxFileBytes,
    epoch,
  });
  const isRestored = () => !existsSync(store.files.pathOf(RESTORED_KEY));
  async function take(): Promise<ArchiveEnd> {
    const reason = isRestored() ? archive.obstacle : 'The workspace is still being restored.';
    if (reason !== null) {
      log.info({ reason }, 'the workspace is archived a little later');
      throw new Error(reason);
    }
    return archive.take().catch((error: unknown) => {
      log.warn({ err: error }, 'the workspace could not be archived; it is tried again');
      throw error;
    });
  }
  return {
    epoch: async () => (await listEpochs(objects)).at(-1) ?? 0,
    actors: {
      reasons: fromCallback(({ sendBack }) => recording.onRest(() => sendBack({ type: 'archive.want' }))),
      takeArchive: fromPromise<ArchiveEnd, undefined>(take),
    },
  };
}

export function archiveStatus({ archive: actor }: Pick<Root, 'archive'>): { archive?: ArchiveStatus } {
  const snapshot = actor()?.getSnapshot();
  if (snapshot === undefined) return {};
  const { taken, reason } = snapshot.context;
  return {
    archive: {
      state: snapshot.value,
      reason: reason === '' ? null : reason,
      takenAt: taken?.takenAt ?? null,
      lastEventId: taken?.lastEventId ?? null,
      bytes: taken?.bytes ?? 0,
      pieces: taken?.pieces ?? 0,
      omitted: taken?.omitted.slice(0, OMITTED_SHOWN) ?? [],
    },
  };
}
