import { join } from 'node:path';
import { currentStep } from '../../machines/hook.record.ts';
import { credentialPaths } from '../credentials/credential-paths.ts';
import { archiveSecretsOf } from '../environment/archive-variables.ts';
import { HookLog } from '../hooks/hook-log.ts';
import type { HookProcessOptions } from '../hooks/hook-process.ts';
import { HookTests } from '../hooks/hook-tests.ts';
import { OutputBounds } from '../hooks/output-bounds.ts';
import { createKnownSecrets } from '../hooks/known-secrets.ts';
import type { HooksState } from '../journal/projection/hooks-state.ts';
import type { Home } from './open-home.ts';
import type { Workspace } from './start-workspace.ts';
import { retireDamagedRuns } from '../processes/damaged-runs.ts';
import { listRepositories, type RepositoryFolder } from '../workspace/find-repositories.ts';

export interface OpenHooksOptions {
  /** The whole environment of a hook. */
  env: Record<string, string>;
  workspace: Workspace;
}

export interface OpenedHooks extends HookProcessOptions {
  bounds: OutputBounds;
  state: HooksState;
  home: string;
  tests: HookTests;
  repositories: () => RepositoryFolder[];
  /** Resolves when every repository has been looked at. */
  discovered: () => Promise<unknown>;
}

export async function openHooks(home: Home, { env, workspace }: OpenHooksOptions): Promise<OpenedHooks> {
  const { environment, log, paths, journal, hooks, damages } = home;
  const secrets = createKnownSecrets({
    values: [environment.REPLICAS_ENGINE_SECRET, ...archiveSecretsOf(environment)],
    env: environment.ambient,
    files: Object.values(credentialPaths(paths, environment.ambient)),
  });
  const tests = new HookTests({ folder: paths.hookTests, env, secrets });
  await tests.clear();
  await retireDamagedRuns(paths.hooks, damages.report);
  const hookLog = await HookLog.open({
    file: paths.startHooksLog,
    positionsFile: join(paths.hooks, 'positions.json'),
    secrets,
    onDamage: damages.report,
    onError: (error) => log.error({ err: error }, 'the log of hooks cannot be written'),
  });
  return {
    folder: paths.hooks,
    env,
    log: hookLog,
    bounds: boundOutputs(home, hookLog),
    settled: () => journal.committed(),
    state: hooks,
    home: paths.home,
    tests,
    repositories: () => listRepositories(paths.workspaces),
    discovered: () => workspace.repositories.discovered(),
  };
}

/** What hooks left running when they ended, under this engine or one before it. */
function boundOutputs({ paths, hooks, log }: Home, hookLog: HookLog): OutputBounds {
  const bounds = new OutputBounds({
    onCut({ processId, file }) {
      const repoName = hooks.hooks.find(({ steps }) =>
        steps.some((step) => step.processId === processId),
      )?.repoName;
      log.warn({ file, ...(repoName !== undefined && { repoName }) }, CUT);
      if (repoName !== undefined) void hookLog.note(repoName, `◼ ${CUT}`);
    },
  });
  const followed = new Set(hooks.hooks.flatMap((hook) => currentStep(hook)?.processId ?? []));
  bounds.holdAll(paths.hooks, { followed, ownBytesOf: (processId) => hookLog.offsetOf(processId) });
  return bounds;
}

const CUT = 'what a hook left running prints on into its output, which is dropped; give it a file of its own';
