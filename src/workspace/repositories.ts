import { join } from 'node:path';
import type { EngineEventBody } from '../contract/events.ts';
import type { Repo } from '../contract/repos.ts';
import { debounce } from './debounce.ts';
import { findFolders } from './find-repositories.ts';
import type { PullRequests } from './pull-requests.ts';
import type { RepositoryState } from './read-repository.ts';
import { watchFolder } from './watch-folder.ts';
import { WatchSet } from './watch-set.ts';

export interface RepositoriesOptions {
  /** `~/workspaces`. */
  folder: string;
  /** Looks at one repository; never rejects. */
  read: (folder: string, options: { withText: boolean }) => Promise<RepositoryState>;
  pullRequests: Pick<PullRequests, 'of' | 'consider'>;
  startHooksCompleted: (repoName: string) => boolean;
  announce: (event: EngineEventBody<'repo.discovered' | 'repo.status.changed'>) => void;
}

/** What was seen is good for that long, unless something is known to have changed. */
const REMEMBERED_MS = 1_000;
const QUIET = { quietMs: 250, mostMs: 2_000 };

interface Look {
  withText: boolean;
  states: Promise<RepositoryState[]>;
  /** When it was over. */
  doneAt: number;
}

/**
 * The repositories of the workspace: found, looked at when somebody asks or a watch tells of a change, and announced
 * whenever what is known of them has changed.
 */
export class Repositories {
  readonly #options: RepositoriesOptions;
  readonly #watches: WatchSet;
  readonly #soon = debounce(() => void this.#look({ withText: false }), QUIET);
  readonly #stopWatching: () => void;
  #last: Look | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #count = 0;
  #states: readonly RepositoryState[] = [];
  #announced: { names: string; repos: string } = { names: '[]', repos: '[]' };
  #isClosed = false;

  /** Starts to look and to watch. */
  constructor(options: RepositoriesOptions) {
    this.#options = options;
    this.#watches = new WatchSet(() => this.touch());
    this.#stopWatching = watchFolder(options.folder, () => this.touch());
    void this.#look({ withText: false });
  }

  /** How many there were when the folder was last looked at. */
  get count(): number {
    return this.#count;
  }

  /** Resolves once every repository that was there at the start has been looked at. */
  async discovered(): Promise<string[]> {
    await this.#tail;
    return this.#states.map(({ name }) => name);
  }

  async list({ includeDiffs }: { includeDiffs: boolean }): Promise<Repo[]> {
    const look = this.#recent(includeDiffs) ?? this.#look({ withText: includeDiffs });
    const repos = (await look.states).map((state) => this.#describe(state));
    return includeDiffs ? repos : repos.map(withoutText);
  }

  /** Something may have changed: looks again soon, and announces what has. */
  touch(): void {
    this.#last = undefined;
    if (!this.#isClosed) this.#soon.ask();
  }

  /** What is known beside the repositories themselves has changed: hooks, pull requests. */
  announce(): void {
    const repos = this.#states.map((state) => withoutText(this.#describe(state)));
    const names = JSON.stringify(repos.map(({ name }) => name));
    const text = JSON.stringify(repos);
    if (this.#isClosed || text === this.#announced.repos) return;
    const known = new Set<string>(JSON.parse(this.#announced.names));
    const isNew = repos.some(({ name }) => !known.has(name));
    this.#announced = { names, repos: text };
    this.#options.announce({ type: isNew ? 'repo.discovered' : 'repo.status.changed', payload: { repos } });
  }

  close(): void {
    this.#isClosed = true;
    this.#soon.cancel();
    this.#stopWatching();
    this.#watches.close();
  }

  #recent(withText: boolean): Look | undefined {
    const last = this.#last;
    const isGood = last !== undefined && performance.now() - last.doneAt < REMEMBERED_MS;
    return isGood && (last.withText || !withText) ? last : undefined;
  }

  /** One look at a time: a later one never shows less than an earlier one. */
  #look({ withText }: { withText: boolean }): Look {
    const look: Look = { withText, doneAt: Infinity, states: this.#tail.then(() => this.#read(withText)) };
    this.#last = look;
    this.#tail = look.states.then((states) => {
      look.doneAt = performance.now();
      this.#states = states;
      this.announce();
      for (const state of states) this.#options.pullRequests.consider(state);
    });
    return look;
  }

  async #read(withText: boolean): Promise<RepositoryState[]> {
    const { folder, read } = this.#options;
    const { repositories, plain } = findFolders(folder);
    this.#count = repositories.length;
    if (!this.#isClosed) this.#watches.set(folder, { repositories, plain });
    return Promise.all(repositories.map((name) => read(join(folder, name), { withText })));
  }

  #describe(state: RepositoryState): Repo {
    const { remotes: _, ...shown } = state;
    const { pullRequests, startHooksCompleted } = this.#options;
    return { ...shown, ...pullRequests.of(state), startHooksCompleted: startHooksCompleted(state.name) };
  }
}

function withoutText(repo: Repo): Repo {
  if (repo.gitDiff?.fullDiff === undefined) return repo;
  const { fullDiff: _, ...gitDiff } = repo.gitDiff;
  return { ...repo, gitDiff };
}
