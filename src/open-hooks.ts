import { join } from 'node:path';
import { credentialPaths } from './credentials/credential-paths.ts';
import type { EngineEnvironment } from './engine-env.ts';
import { HookLog } from './hooks/hook-log.ts';
import { createKnownSecrets } from './hooks/known-secrets.ts';
import type { Log } from './log.ts';
import type { Home } from './open-home.ts';
import type { RootHooksOptions } from './start-root.ts';
import type { Workspace } from './start-workspace.ts';
import { retireDamagedRuns } from './process/damaged-runs.ts';
import { listRepositories } from './workspace/find-repositories.ts';

export interface OpenHooksOptions {
  environment: EngineEnvironment;
  /** The whole environment of a hook. */
  env: Record<string, string>;
  log: Log;
  workspace: Workspace;
}

/** What hooks run with in this home. */
export async function openHooks(
  { paths, journal, hooks, bootId, damages }: Home,
  { environment, env, log, workspace }: OpenHooksOptions,
): Promise<RootHooksOptions> {
  await retireDamagedRuns(paths.hooks, damages.report);
  return {
    folder: paths.hooks,
    env,
    log: await HookLog.open({
      file: paths.startHooksLog,
      positionsFile: join(paths.hooks, 'positions.json'),
      secrets: createKnownSecrets({
        values: [environment.REPLICAS_ENGINE_SECRET],
        env: environment.ambient,
        files: Object.values(credentialPaths(paths, environment.ambient)),
      }),
      onDamage: damages.report,
      onError: (error) => log.error({ err: error }, 'the log of hooks cannot be written'),
    }),
    settled: () => journal.committed(),
    state: hooks,
    bootId,
    repositories: () => listRepositories(paths.workspaces),
    discovered: () => workspace.repositories.discovered(),
    onCompleted: () => workspace.repositories.announce(),
  };
}
