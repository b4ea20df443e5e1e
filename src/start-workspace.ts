import { agentEnvironment } from './engine-env.ts';
import type { EngineEnvironment } from './engine-env.ts';
import type { Plans } from './engine.ts';
import type { Log } from './log.ts';
import type { Home } from './open-home.ts';
import type { Recorder } from './projection/recorder.ts';
import { readJson, writeJson } from './storage/json-file.ts';
import { candidateBranches } from './workspace/default-branch.ts';
import { DiffReader } from './workspace/diff-reader.ts';
import { createGit } from './workspace/git.ts';
import { createGithubCli } from './workspace/github-cli.ts';
import { MetadataReader } from './workspace/metadata.ts';
import { watchPlans } from './workspace/plan-watch.ts';
import { listPlans, readPlan } from './workspace/plans.ts';
import { PullRequests, PullRequestsFileSchema } from './workspace/pull-requests.ts';
import { readRepository } from './workspace/read-repository.ts';
import { rememberBriefly } from './workspace/remember-briefly.ts';
import { Repositories } from './workspace/repositories.ts';
import { hasActiveSshSessions } from './workspace/ssh-sessions.ts';
import { WorkTreeStatusReader } from './workspace/work-tree-status.ts';

/** What the engine knows of the folders, files and logins of its workspace. */
export interface Workspace {
  readonly repositories: Repositories;
  readonly plans: Plans;
  counted(): { reposTotal: number; hasActiveSSHSessions: boolean };
  /** An agent has stopped working: it may have changed files and opened pull requests. */
  turnEnded(): void;
  close(): void;
}

export interface StartWorkspaceOptions {
  environment: EngineEnvironment;
  recorder: Recorder;
  log: Log;
  /** Whether nothing of a repository's start hooks is left to run. */
  startHooksCompleted?: (repoName: string) => boolean;
}

/** Logins are counted at most this often, and at least that often. */
const LOGINS_MS = { fresh: 1_000, every: 5_000 };
const PULL_REQUESTS_KEY = 'engine:pull-requests.json';

/** Begins to watch the workspace and to announce what changes in it. */
export async function startWorkspace(home: Home, options: StartWorkspaceOptions): Promise<Workspace> {
  const { recorder } = options;
  const { plans: folders } = home.paths;
  const pullRequests = await createPullRequests(home, {
    ...options,
    onChange: () => repositories.announce(),
  });
  const repositories = createRepositories(home, { ...options, pullRequests });
  const stopWatchingPlans = watchPlans(folders, (event) => recorder.record([event]));
  const countLogins = setInterval(() => recorder.record([]), LOGINS_MS.every).unref();
  const hasLogins = rememberBriefly(() => hasActiveSshSessions(), LOGINS_MS.fresh);
  return {
    repositories,
    plans: { list: () => listPlans(folders), get: (filename) => readPlan(folders, filename) },
    counted: () => ({ reposTotal: repositories.count, hasActiveSSHSessions: hasLogins() }),
    turnEnded() {
      pullRequests.expectNews();
      repositories.touch();
    },
    close() {
      clearInterval(countLogins);
      stopWatchingPlans();
      repositories.close();
    },
  };
}

function createRepositories(
  { paths }: Home,
  { environment, recorder, pullRequests, startHooksCompleted = () => true }: RepositoryParts,
): Repositories {
  const git = createGit({ env: agentEnvironment(environment) });
  const statusReader = new WorkTreeStatusReader(git);
  const metadataReader = new MetadataReader({ git, branches: candidateBranches(environment) });
  const diffs = new DiffReader({ git, maxBytes: environment.DIFF_MAX_BYTES });
  return new Repositories({
    folder: paths.workspaces,
    read: (folder, { withText }) =>
      readRepository(folder, { statusReader, metadataReader, diffs, settings: environment, withText }),
    pullRequests,
    startHooksCompleted,
    announce: (event) => recorder.record([event]),
  });
}

type RepositoryParts = StartWorkspaceOptions & { pullRequests: PullRequests };

async function createPullRequests(
  { store, paths, damages }: Home,
  { environment, log, onChange }: StartWorkspaceOptions & { onChange: () => void },
): Promise<PullRequests> {
  const saved = await readJson(store, {
    key: PULL_REQUESTS_KEY,
    schema: PullRequestsFileSchema,
    onDamage: damages.report,
  });
  const find = createGithubCli({
    program: environment.GH_PATH,
    env: agentEnvironment(environment),
    credentialsFile: paths.gitCredentials,
  });
  return new PullRequests({
    find,
    saved,
    save: (value) => {
      writeJson(store.storage, { key: PULL_REQUESTS_KEY, value }).catch((error: unknown) =>
        log.warn({ err: error }, 'the pull requests could not be saved'),
      );
    },
    onChange,
    onTrouble: (trouble) => log.warn(trouble, 'pull requests cannot be asked for'),
    now: () => Date.now(),
  });
}
