import { z } from 'zod';
import type { Repo } from '../contract/repos.ts';
import type { PullRequestState } from '../contract/repos.ts';
import { isWebUrl } from '../contract/web-url.ts';
import type { FindPullRequests } from './github-cli.ts';
import { createLimit } from './limit.ts';
import type { RepositoryState } from './read-repository.ts';
import { preferredRemote, providerOf, slugOf } from './remotes.ts';
import type { Remote } from './remotes.ts';

const PullRequestSchema = z.object({ url: z.string(), head: z.string().nullable() });
const PullRequestsSchema = z
  .array(PullRequestSchema)
  .transform((pulls) => pulls.filter(({ url }) => isWebUrl(url)));

/**
 * Of one branch. The first version had URLs alone, strangers' too: those count for nothing until they were asked for
 * again.
 */
const BranchSchema = z.object({ pulls: PullRequestsSchema.optional(), checkedAt: z.number() });

/** `~/.replicas/engine/pull-requests.json`: by `host/owner/repository`, by branch. */
export const PullRequestsFileSchema = z.object({
  version: z.union([z.literal(1), z.literal(2)]),
  repositories: z.record(z.string(), z.record(z.string(), BranchSchema)),
});

export type PullRequestsFile = z.infer<typeof PullRequestsFileSchema>;
type Branch = z.infer<typeof BranchSchema>;

export interface PullRequestsOptions {
  find: FindPullRequests;
  /** What was known before; null at the first start. */
  saved: PullRequestsFile | null;
  save: (file: PullRequestsFile) => void;
  /** Something became known, or why it does not. */
  onChange: () => void;
  /** Told once when asking begins to fail in this way. */
  onTrouble: (trouble: { host: string; state: PullRequestState; reason: string }) => void;
}

type Subject = Pick<RepositoryState, 'remotes' | 'currentBranch' | 'defaultBranch'>;

interface Trouble {
  state: PullRequestState;
  failures: number;
  until: number;
}

const FRESH_MS = { without: 60_000, with: 600_000 };
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 900_000;
const AT_ONCE = 2;
const BRANCHES_MAX = 200;

/**
 * The pull requests of every branch that was ever checked out here, as far as their own branch lies in this repository or
 * in a remote of it: anybody may name a branch in a fork like ours. Asked for when a repository is looked at, at most
 * once a minute per branch and more rarely once there are some; a host that cannot be asked is left alone for longer and
 * longer.
 */
export class PullRequests {
  readonly #options: PullRequestsOptions;
  readonly #known: PullRequestsFile['repositories'];
  readonly #troubles = new Map<string, Trouble>();
  readonly #asking = new Set<string>();
  readonly #limit = createLimit(AT_ONCE);
  #staleBefore = 0;

  constructor(options: PullRequestsOptions) {
    this.#options = options;
    this.#known = { ...options.saved?.repositories };
  }

  of({ remotes, currentBranch, defaultBranch }: Subject): Pick<Repo, 'prUrls' | 'prUrl' | 'prState'> {
    const remote = githubRemote(remotes);
    if (remote === undefined) return { prUrls: [], prUrl: null };
    const branches = this.#known[keyOf(remote)] ?? {};
    const own = currentBranch === defaultBranch ? undefined : branches[currentBranch];
    const state = this.#troubleOf(remote)?.state ?? (own?.pulls === undefined ? undefined : 'checked');
    const heads = new Set(remotes.filter(({ host }) => host === remote.host).map(slugOf));
    const urlsOf = ({ pulls = [] }: Pick<Branch, 'pulls'>) =>
      pulls.flatMap(({ url, head }) => (head !== null && heads.has(head) ? [url] : []));
    return {
      prUrls: [...new Set(Object.values(branches).flatMap(urlsOf))],
      prUrl: (own && urlsOf(own)[0]) ?? null,
      ...(state !== undefined && { prState: state }),
    };
  }

  /** Asks about the branch that is checked out, and those of which too little was saved, if it is time to. */
  consider({ remotes, currentBranch, defaultBranch }: Subject): void {
    const remote = githubRemote(remotes);
    if (remote === undefined) return;
    const saved = Object.entries(this.#known[keyOf(remote)] ?? {});
    const unsure = saved.flatMap(([branch, { pulls }]) => (pulls === undefined ? [branch] : []));
    const isOwn = !['', 'HEAD', defaultBranch].includes(currentBranch);
    for (const branch of new Set([...(isOwn ? [currentBranch] : []), ...unsure]))
      this.#askSoon(remote, branch);
  }

  #askSoon(remote: Remote, branch: string): void {
    const key = `${keyOf(remote)} ${branch}`;
    if (this.#asking.has(key) || !this.#isDue(remote, branch)) return;
    this.#asking.add(key);
    void this.#limit(() => this.#ask(remote, branch)).finally(() => this.#asking.delete(key));
  }

  /** Somebody may have opened one just now. */
  expectNews(): void {
    this.#staleBefore = Date.now();
  }

  #isDue(remote: Remote, branch: string): boolean {
    const now = Date.now();
    const trouble = this.#troubleOf(remote);
    if (trouble !== undefined && now < trouble.until) return false;
    const known = this.#known[keyOf(remote)]?.[branch];
    if (known?.pulls === undefined || known.checkedAt < this.#staleBefore || known.checkedAt > now)
      return true;
    return now - known.checkedAt >= (known.pulls.length > 0 ? FRESH_MS.with : FRESH_MS.without);
  }

  async #ask(remote: Remote, branch: string): Promise<void> {
    const trouble = this.#troubleOf(remote);
    if (trouble !== undefined && Date.now() < trouble.until) return; // it began while this one waited
    const checkedAt = Date.now();
    const answer = await this.#options.find(remote, branch);
    if (answer.state === 'checked') this.#learn(remote, branch, { pulls: answer.pulls, checkedAt });
    else this.#backOff(remote, answer);
    this.#options.onChange();
  }

  #learn(remote: Remote, branch: string, found: Branch): void {
    const slug = keyOf(remote);
    for (const key of keysOf(remote)) this.#troubles.delete(key);
    const branches = Object.entries({ ...this.#known[slug], [branch]: found });
    const newest = branches.toSorted(([, one], [, other]) => other.checkedAt - one.checkedAt);
    this.#known[slug] = Object.fromEntries(newest.slice(0, BRANCHES_MAX));
    this.#options.save({ version: 2, repositories: this.#known });
  }

  #backOff(remote: Remote, { state, reason }: { state: PullRequestState; reason: string }): void {
    const [slug, host] = keysOf(remote);
    const key = state === 'failed' ? slug : host;
    const before = this.#troubles.get(key);
    const failures = (before?.failures ?? 0) + 1;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
    this.#troubles.set(key, { state, failures, until: Date.now() + wait });
    if (before?.state !== state) this.#options.onTrouble({ host: remote.host, state, reason });
  }

  #troubleOf(remote: Remote): Trouble | undefined {
    const [slug, host] = keysOf(remote);
    return this.#troubles.get(host) ?? this.#troubles.get(slug);
  }
}

function githubRemote(remotes: readonly Remote[]): Remote | undefined {
  return preferredRemote(remotes.filter((remote) => providerOf(remote) === 'github'));
}

function keyOf({ host, owner, repository }: Remote): string {
  return `${host}/${owner}/${repository}`;
}

/** What may fail by itself: the repository, and its whole host. */
function keysOf(remote: Remote): [string, string] {
  return [keyOf(remote), remote.host];
}
