import { homedir } from 'node:os';
import { z } from 'zod';
import { parseJson } from '../contract/parse-json.ts';
import type { PullRequestState } from '../contract/repos.ts';
import { decoded, isWebUrl } from '../contract/web-url.ts';
import { readRegularFile } from '../storage/regular-file.ts';
import { slugOf, withoutCredentials } from './remotes.ts';
import type { Remote } from './remotes.ts';
import { runTool } from './run-tool.ts';
import type { ToolResult } from './run-tool.ts';
import { attempt } from '../storage/attempt.ts';

export interface PullRequest {
  url: string;
  /** Where its branch lies, as `owner/repository` in lower case; null when that is gone. */
  head: string | null;
}

/** The pull requests of all branches of a name, in forks of strangers too, the one that counts first; or why they are not known. */
export type PullRequestAnswer =
  | { state: 'checked'; pulls: PullRequest[] }
  | { state: Exclude<PullRequestState, 'checked'>; reason: string };

export type FindPullRequests = (remote: Remote, branch: string) => Promise<PullRequestAnswer>;

export interface GithubCliOptions {
  /** `gh`: a path, or a name to find on `PATH`. */
  program: string;
  env: Record<string, string>;
  /** `~/.git-credentials`: a token for the host that stands there is newer than any other. */
  credentialsFile: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

const TIMEOUT_MS = 15_000;
const REASON_CHARACTERS = 300;
const CREDENTIALS_BYTES = 1024 * 1024;

/** Strangers' pull requests of the same branch name are among them. */
const LIST_MAX = 100;
const FIELDS = 'url,number,state,isCrossRepository,headRepository,headRepositoryOwner';

const ListSchema = z.array(
  z.object({
    url: z.string(),
    number: z.number().int(),
    state: z.string(),
    isCrossRepository: z.boolean(),
    headRepository: z.object({ name: z.string() }).nullish(),
    headRepositoryOwner: z.object({ login: z.string() }).nullish(),
  }),
);

/** Asks GitHub through its own CLI. Never rejects and never asks anybody for a password. */
export function createGithubCli({
  program,
  env,
  credentialsFile,
  timeoutMs = TIMEOUT_MS,
  signal,
}: GithubCliOptions): FindPullRequests {
  return async (remote, branch) => {
    const repository = `${remote.host}/${remote.owner}/${remote.repository}`;
    const list = ['pr', 'list', '--repo', repository, '--head', branch, '--state', 'all'];
    const result = await runTool([program, ...list, '--limit', `${LIST_MAX}`, '--json', FIELDS], {
      cwd: env['HOME'] ?? homedir(),
      env: { ...env, ...QUIET, ...tokenFor(remote.host, credentialsFile) },
      timeoutMs,
      signal,
      maxBytes: 1024 * 1024,
    });
    return toAnswer(result, slugOf(remote));
  };
}

const QUIET = {
  GH_PROMPT_DISABLED: '1',
  GH_NO_UPDATE_NOTIFIER: '1',
  GIT_TERMINAL_PROMPT: '0',
  NO_COLOR: '1',
  LC_ALL: 'C',
};

function tokenFor(host: string, credentialsFile: string): Record<string, string> {
  const read = () => readRegularFile(credentialsFile, { maxBytes: CREDENTIALS_BYTES }).toString('utf8');
  const content = attempt(read, ''); // there need not be one
  const urls = content.split('\n').filter((line) => URL.canParse(line));
  const url = urls.map((line) => new URL(line)).find((candidate) => candidate.host === host);
  if (!url?.password) return {};
  const name = host === 'github.com' ? 'GH_TOKEN' : 'GH_ENTERPRISE_TOKEN';
  return { [name]: decoded(url.password) };
}

/** What gh says when it cannot answer, by what can be done about it. */
const CAUSES: [RegExp, Exclude<PullRequestState, 'checked'>][] = [
  [/rate limit|HTTP 429/i, 'rateLimited'],
  [/auth login|HTTP 401|bad credentials|GH_TOKEN/i, 'noLogin'],
  [/\bdial\b|error connecting|no such host|connection|timeout|TLS|proxyconnect|HTTP 5\d\d/i, 'unreachable'],
];

function toAnswer({ ended, exitCode, stdout, stderr }: ToolResult, base: string): PullRequestAnswer {
  if (ended === 'missing') return { state: 'noCli', reason: 'The GitHub CLI is not installed.' };
  if (ended === 'timedOut') return { state: 'unreachable', reason: 'The GitHub CLI did not answer in time.' };
  if (exitCode === 0) return toPulls(stdout.toString('utf8'), base);
  const state = exitCode === 4 ? 'noLogin' : CAUSES.find(([pattern]) => pattern.test(stderr))?.[1];
  const reason = withoutCredentials(stderr.trim()).slice(0, REASON_CHARACTERS);
  return { state: state ?? 'failed', reason };
}

function toPulls(text: string, base: string): PullRequestAnswer {
  const parsed = ListSchema.safeParse(parseJson(text));
  if (!parsed.success) return { state: 'failed', reason: 'The GitHub CLI printed something unexpected.' };
  const rank = ({ state, number }: { state: string; number: number }) =>
    (state === 'OPEN' ? Number.MAX_SAFE_INTEGER / 2 : 0) + number;
  const shown = parsed.data.filter(({ url }) => isWebUrl(url));
  const pulls = shown.toSorted((one, other) => rank(other) - rank(one));
  return { state: 'checked', pulls: pulls.map((pull) => ({ url: pull.url, head: headOf(pull, base) })) };
}

function headOf(
  { isCrossRepository, headRepository, headRepositoryOwner }: z.infer<typeof ListSchema>[number],
  base: string,
): string | null {
  if (!isCrossRepository) return base;
  if (!headRepository?.name || !headRepositoryOwner?.login) return null;
  return `${headRepositoryOwner.login}/${headRepository.name}`.toLowerCase();
}
