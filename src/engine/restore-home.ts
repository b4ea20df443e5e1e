import { setTimeout as delay } from 'node:timers/promises';
import { createActor, waitFor } from 'xstate';
import type { Unrestored } from '../../machines/boot.machine.ts';
import { restoreMachine } from '../../machines/restore.machine.ts';
import { openObjectStore } from '../archive/open-object-store.ts';
import type { Boot, RestoreProgress } from '../contract/status.ts';
import { archiveTargetOf } from '../environment/archive-variables.ts';
import type { EngineEnvironment } from '../environment/engine-env.ts';
import type { Paths } from '../environment/paths.ts';
import { EngineError } from '../errors.ts';
import { restoringBoot } from '../journal/projection/boot-status.ts';
import type { Recorder } from '../journal/projection/recorder.ts';
import type { Log } from '../log.ts';
import type { Mirror } from '../mirror/mirror.ts';
import { isToBeRestored, Restoration } from '../restore/restoration.ts';
import { restoreRepositories } from '../restore/restore-repositories.ts';
import { forgetRestored, type RestoredFile } from '../restore/restored-file.ts';
import type { EngineStorage } from '../storage/atomic-files.ts';
import { createGit } from '../workspace/git.ts';

export interface RestoreHomeOptions {
  environment: EngineEnvironment;
  log: Log;
  mirror: Mirror | null;
  onRestore?: ((boot: Boot) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Brings the workspace into a home in which no engine ever was, if it is anywhere; takes as long as it takes.
 * @throws {EngineError} `WORKSPACE_MOVED` when another engine claimed it meanwhile.
 */
export async function restoreHome(paths: Paths, options: RestoreHomeOptions): Promise<void> {
  const { environment, log, mirror, onRestore = () => undefined, signal } = options;
  const target = archiveTargetOf(environment) ?? null;
  if ((mirror === null && target === null) || !(await isToBeRestored(paths))) return;
  const since = new Date().toISOString();
  const fetched: Omit<RestoreProgress, 'phase'> = { percent: 0, bytes: 0 };
  const restoration = new Restoration({
    paths,
    owner: mirror?.owner ?? '',
    log: mirror?.log ?? null,
    archive: target && (await openObjectStore(target, environment.WORKSPACE_ID)),
    segmentBytes: Math.ceil(environment.EVENT_LOG_BYTES / 16),
    onProgress(progress) {
      Object.assign(fetched, progress);
      tell();
    },
  });
  const actor = createActor(restoreMachine.provide({ actors: restoration.actors() }));
  function tell(): void {
    const { value: phase, context, status } = actor.getSnapshot();
    if (status !== 'active' || phase === 'claiming') return;
    const trouble = phase === 'away' ? context.reason : '';
    onRestore(restoringBoot({ phase: phase as RestoreProgress['phase'], ...fetched }, { since, trouble }));
  }
  actor.subscribe(({ value, context: { reason } }) => {
    if (value === 'away') log.warn({ reason }, 'the workspace cannot be restored yet');
    tell();
  });
  signal?.addEventListener('abort', () => actor.stop(), { once: true });
  actor.start();
  if (signal?.aborted === true) actor.stop();
  const isOver = waitFor(actor, ({ status }) => status !== 'active');
  const { value, context } = await isOver.catch(() => actor.getSnapshot()); // it was stopped
  if (signal?.aborted === true) throw new EngineError('STOPPED_EARLY');
  if (value === 'taken') throw new EngineError('WORKSPACE_MOVED', { owner: context.owner });
  if (value !== 'restored') return;
  mirror?.continueIn(context.epoch);
  log.info({ epoch: context.epoch, ...fetched }, 'the workspace was restored');
}

export interface RestoredHome {
  paths: Paths;
  journal: { committed(): Promise<void> };
  store: EngineStorage;
  restored: RestoredFile | null;
}

export interface FinishRestoreOptions {
  recorder: Recorder;
  /** What git and gh get. */
  env: Record<string, string>;
  signal: AbortSignal;
  /** Resolves once there is a login for remotes, or none to be had. */
  loggedIn: () => Promise<void>;
}

const GIT_LIMIT_MS = 600_000;
const LOGIN_LIMIT_MS = 10_000;

/** Gives a restored home its repositories; from then on it is one like any other. */
export async function finishRestore(
  home: RestoredHome,
  { recorder, env, signal, loggedIn }: FinishRestoreOptions,
): Promise<Unrestored[]> {
  const { repositories = [], missing = [], epoch = 0 } = home.restored ?? {};
  const late = delay(LOGIN_LIMIT_MS, undefined, { ref: false });
  if (repositories.length > 0) await Promise.race([loggedIn(), late]);
  const unrestored = await restoreRepositories(repositories, {
    paths: home.paths,
    epoch,
    git: createGit({ env, signal, timeoutMs: GIT_LIMIT_MS }),
    onProgress: (restore) =>
      recorder.tell('boot', { type: 'boot.changed', payload: { state: 'restoring', restore } }),
  });
  await home.journal.committed();
  await forgetRestored(home.store);
  home.restored = null;
  return [...missing, ...unrestored];
}
