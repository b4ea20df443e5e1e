import { join } from 'node:path';
import type { EngineEventBody } from '../contract/events.ts';
import type { Repo } from '../contract/repos.ts';
import { debounce } from './debounce.ts';
import { findFolders } from './find-repositories.ts';
import type { PullRequests } from './pull-requests.ts';
import { blankState, type RepositoryState } from './read-repository.ts';
import { RepositoryView } from './repository-view.ts';
import { watchFolder } from './watch-folder.ts';
import { WatchSet } from './watch-set.ts';

export interface RepositoriesOptions {
  /** `~/workspaces`. */
  folder: string;
  /** Looks at one repository; never rejects. Calls `began` when it is its turn. */
  read: (folder: string, options: { withText: boolean; began: () => void }) => Promise<RepositoryState>;
  pullRequests: Pick<PullRequests, 'of' | 'consider'>;
  startHooksCompleted: (repoName: string) => boolean;
  announce: (event: EngineEventBody<'repo.discovered' | 'repo.status.changed'>) => void;
}

const QUIET = { quietMs: 250, mostMs: 2_000 };

/**
 * The repositories of the workspace: found, looked at when somebody asks or a watch tells of a change, and announced
 * whenever what is known of them has changed. One that does not answer holds up none of the others.
 */
export class Repositories {
  readonly #options: RepositoriesOptions;
  readonly #watches: WatchSet;
  readonly #soon = debounce(() => void this.#lookAgain(), QUIET);
  readonly #stopWatching: () => void;
  readonly #first: Promise<void>;
  /** By name, in the order of names. */
  #views: ReadonlyMap<string, RepositoryView> = new Map();
  #unnameable: readonly RepositoryState[] = [];
  #announced: { names: string; repos: string } = { names: '[]', repos: '[]' };
  #isClosed = false;

  constructor(options: RepositoriesOptions) {
    this.#options = options;
    this.#watches = new WatchSet((name) => this.touch(name));
    this.#stopWatching = watchFolder(options.folder, () => this.touch());
    this.#first = this.#lookAgain();
  }

  /** How many there were when the folder was last looked at. */
  get count(): number {
    return this.#views.size + this.#unnameable.length;
  }

  /** Resolves once every repository that was there at the start has been looked at. */
  async discovered(): Promise<string[]> {
    await this.#first;
    await Promise.all([...this.#views.values()].map((view) => view.settled()));
    return [...this.#views.keys()];
  }

  async list({ includeDiffs }: { includeDiffs: boolean }): Promise<Repo[]> {
    await this.#look(this.#find(), { withText: includeDiffs });
    const repos = this.#known().map((state) => this.#describe(state));
    return includeDiffs ? repos : repos.map(withoutText);
  }

  /** Something may have changed in this repository, or in any: looks again soon, and announces what has. */
  touch(name?: string): void {
    for (const [known, view] of this.#views) if (name === undefined || name === known) view.touch();
    if (!this.#isClosed) this.#soon.ask();
  }

  /** What is known beside the repositories themselves has changed: hooks, pull requests. */
  announce(): void {
    const repos = this.#known().map((state) => withoutText(this.#describe(state)));
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

  /** At those in which something may have changed. */
  #lookAgain(): Promise<void> {
    const touched = this.#find().filter((view) => view.isTouched);
    return this.#look(touched, { withText: false });
  }

  async #look(views: readonly RepositoryView[], options: { withText: boolean }): Promise<void> {
    await Promise.all(views.map((view) => view.look(options)));
    this.announce();
  }

  #find(): RepositoryView[] {
    const { folder } = this.#options;
    const { repositories, plain, unnameable } = findFolders(folder);
    this.#unnameable = unnameable.map((name) => ({ ...blankState(join(folder, name)), error: NO_TEXT }));
    this.#views = new Map(repositories.map((name) => [name, this.#views.get(name) ?? this.#open(name)]));
    if (!this.#isClosed) this.#watches.set(folder, { repositories, plain });
    return [...this.#views.values()];
  }

  #open(name: string): RepositoryView {
    const { read, pullRequests, folder: root } = this.#options;
    const folder = join(root, name);
    return new RepositoryView({
      folder,
      read: (options) => read(folder, options),
      onSeen: (state) => pullRequests.consider(state),
      onLate: () => this.announce(),
    });
  }

  #known(): RepositoryState[] {
    return [...[...this.#views.values()].flatMap(({ state }) => state ?? []), ...this.#unnameable];
  }

  #describe(state: RepositoryState): Repo {
    const { remotes: _, ...shown } = state;
    const { pullRequests, startHooksCompleted } = this.#options;
    return { ...shown, ...pullRequests.of(state), startHooksCompleted: startHooksCompleted(state.name) };
  }
}

const NO_TEXT = {
  code: 'repo_name_not_utf8',
  message: 'The name of the folder is not UTF-8, so nothing can be started in it. Rename it.',
};

function withoutText(repo: Repo): Repo {
  if (repo.gitDiff?.fullDiff === undefined) return repo;
  const { fullDiff: _, ...gitDiff } = repo.gitDiff;
  return { ...repo, gitDiff };
}
