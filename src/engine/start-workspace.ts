import { agentEnvironment } from '../environment/engine-env.ts';
import type { Engine } from '../server/engine.ts';
import type { Home } from './open-home.ts';
import type { Recorder } from '../journal/projection/recorder.ts';
import { createRun, RUN_MARKER, type Run } from '../processes/run.ts';
import { killEverything } from '../processes/terminate.ts';
import { readJson, writeJson } from '../storage/json-file.ts';
import { listCanvas, readCanvas } from '../workspace/canvas.ts';
import { FileFinder } from '../workspace/file-names.ts';
import { createGit, GIT_AT_ONCE, type Git } from '../workspace/git.ts';
import { createGithubCli } from '../workspace/github-cli.ts';
import { createLimit } from '../workspace/limit.ts';
import { watchFiles } from '../workspace/file-watch.ts';
import { listPlans, readPlan } from '../workspace/plans.ts';
import { PullRequests, PullRequestsFileSchema } from '../workspace/pull-requests.ts';
import { RepositoryReader } from '../workspace/read-repository.ts';
import { Repositories } from '../workspace/repositories.ts';
import { watchSshSessions } from '../workspace/ssh-sessions.ts';

/** What the engine knows of the folders, files and logins of its workspace. */
export interface Workspace {
  readonly repositories: Repositories;
  readonly files: FileFinder;
  readonly plans: Engine['plans'];
  readonly canvas: Engine['canvas'];
  counted(): { reposTotal: number; hasActiveSSHSessions: boolean };
  /** An agent has stopped working: it may have changed files and opened pull requests. */
  turnEnded(): void;
  /** Stops looking; what looks right now is ended. */
  close(): Promise<void>;
}

export interface StartWorkspaceOptions {
  recorder: Recorder;
  /** Whether nothing of a repository's start hooks is left to run. */
  startHooksCompleted?: (repoName: string) => boolean;
}

/** How often logins are looked for. */
const LOGINS_MS = 2_000;
/** A look at a repository that takes longer makes room for the next. */
const HOLD_MS = 1_000;
const PULL_REQUESTS_KEY = 'engine:pull-requests.json';

/** Begins to watch the workspace and to announce what changes in it. */
export async function startWorkspace(home: Home, options: StartWorkspaceOptions): Promise<Workspace> {
  const { recorder } = options;
  const { plans: folders, canvas } = home.paths;
  const tools = toolsOf(home);
  const goodbye = new AbortController();
  const { signal } = goodbye;
  await killEverything(tools); // what the last engine could not end: a filter that never returns
  const pullRequests = await createPullRequests(home, { signal, onChange: () => repositories.announce() });
  const git = createGit({ env: toolEnvironment(home), signal });
  const repositories = createRepositories(home, { ...options, git, pullRequests });
  const stopWatchingFiles = watchWrittenFiles(home.paths, recorder);
  const logins = watchSshSessions(LOGINS_MS, () => {
    if (!signal.aborted) recorder.tellCounters();
  });
  return {
    repositories,
    files: new FileFinder({ folder: home.paths.workspaces, git }),
    plans: { list: () => listPlans(folders), get: (filename) => readPlan(folders, filename) },
    canvas: { list: () => listCanvas(canvas), get: (filename) => readCanvas(canvas, filename) },
    counted: () => ({ reposTotal: repositories.count, hasActiveSSHSessions: logins.isActive }),
    turnEnded() {
      pullRequests.expectNews();
      repositories.touch();
    },
    close() {
      logins.close();
      stopWatchingFiles();
      repositories.close();
      goodbye.abort();
      return killEverything(tools);
    },
  };
}

/** Announces plans and what is on the canvas as they are written and removed. Returns the means to stop. */
function watchWrittenFiles({ plans, canvas }: Home['paths'], recorder: Recorder): () => void {
  const stops = [
    watchFiles(
      { folders: plans.map(({ folder }) => folder), list: () => listPlans(plans) },
      ({ file, change }) => recorder.tell('plans', { type: 'plan.changed', payload: { plan: file, change } }),
    ),
    watchFiles({ folders: [canvas], list: () => listCanvas(canvas) }, ({ file, change }) =>
      recorder.tell('canvas', { type: 'canvas.changed', payload: { item: file, change } }),
    ),
  ];
  return () => stops.forEach((stop) => stop());
}

/** All that git and gh start here, in this engine and those before it, found by one marker. */
function toolsOf({ paths }: Home): Run {
  return createRun(paths.workspaces, `tools of ${paths.workspaces}`);
}

/** What git and gh get: the marker by which they are found again. */
export function toolEnvironment(home: Home): Record<string, string> {
  return { ...agentEnvironment(home.environment), [RUN_MARKER]: toolsOf(home).id };
}

function createRepositories(
  { environment, paths }: Home,
  { recorder, git, pullRequests, startHooksCompleted = () => true }: RepositoryParts,
): Repositories {
  const reader = new RepositoryReader({ git, settings: environment, maxBytes: environment.DIFF_MAX_BYTES });
  const limit = createLimit(GIT_AT_ONCE, { holdMs: HOLD_MS });
  return new Repositories({
    folder: paths.workspaces,
    read: (folder, { withText, began }) =>
      limit(() => {
        began();
        return reader.read(folder, { withText });
      }),
    pullRequests,
    startHooksCompleted,
    announce: (event) => recorder.tell('repositories', event),
  });
}

type RepositoryParts = StartWorkspaceOptions & { git: Git; pullRequests: PullRequests };

async function createPullRequests(
  home: Home,
  { signal, onChange }: { signal: AbortSignal; onChange: () => void },
): Promise<PullRequests> {
  const { environment, log, store, paths, damages } = home;
  const saved = await readJson(store, {
    key: PULL_REQUESTS_KEY,
    schema: PullRequestsFileSchema,
    onDamage: damages.report,
  });
  const find = createGithubCli({
    program: environment.GH_PATH,
    env: toolEnvironment(home),
    signal,
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
  });
}
