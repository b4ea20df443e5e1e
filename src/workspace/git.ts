import { realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import type { Failure } from '../contract/chats.ts';
import { createLimit } from './limit.ts';
import { withoutCredentials } from './remotes.ts';
import { runTool } from './run-tool.ts';
import type { ToolResult } from './run-tool.ts';
import { attempt } from '../storage/attempt.ts';

export interface GitOptions {
  maxBytes?: number;
  input?: Uint8Array;
  /** Beside the environment of all commands: another index, another folder of git. */
  variables?: Readonly<Record<string, string>>;
  /** Exit codes that are answers; 0 alone unless told. */
  accept?: readonly number[];
  /** Ends the command in the middle: nobody wants the answer any more. */
  unwanted?: AbortSignal | undefined;
}

/**
 * Runs git in a repository and tells what it printed. Never asks for a password, never writes the index, never looks for
 * a repository above the folder.
 * @throws {RepositoryError} saying why it failed.
 */
export type Git = (folder: string, args: readonly string[], options?: GitOptions) => Promise<ToolResult>;

/** As many commands, or looks at a repository, as there is something to gain from. */
export const GIT_AT_ONCE = Math.min(8, Math.max(2, availableParallelism() * 2));

/** Why a repository cannot be reported on in full. */
export class RepositoryError extends Error {
  override readonly name = 'RepositoryError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

const TIMEOUT_MS = 10_000;
/** What takes longer waits for something rather than for a processor, and holds nobody up. */
const HOLD_MS = 2_000;
const MESSAGE_CHARACTERS = 300;

/** What a repository may set and what must not matter here: other programs, other forms of output, other files. */
const SETTINGS = [
  'core.fsmonitor=false',
  'core.quotePath=false',
  'core.hooksPath=/dev/null',
  'core.splitIndex=false',
  'core.bigFileThreshold=2m',
  'diff.autoRefreshIndex=false',
  'status.relativePaths=false',
].flatMap((setting) => ['-c', setting]);

/** Variables that would point git at another repository. */
const MISLEADING = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_COMMON_DIR',
]);

export function createGit({
  env,
  timeoutMs = TIMEOUT_MS,
  signal,
}: {
  env: Record<string, string>;
  timeoutMs?: number;
  signal?: AbortSignal;
}): Git {
  const limit = createLimit(GIT_AT_ONCE, { holdMs: HOLD_MS });
  const base = quietEnvironment(env);
  return (folder, args, { accept = [0], variables, ...options } = {}) =>
    limit(async () => {
      const result = await runTool(['git', ...SETTINGS, ...args], {
        cwd: folder,
        env: {
          ...base,
          GIT_CEILING_DIRECTORIES: parentOf(folder),
          ...variables,
        },
        timeoutMs,
        signal,
        ...options,
      });
      const isAnswer = result.ended === 'cut' || accept.includes(result.exitCode ?? -1);
      if (LFS_MISSING.test(result.stderr)) throw new RepositoryError(GIT_LFS_MISSING);
      if (!isAnswer) throw new RepositoryError(toFailure(result, { timeoutMs, command: args[0] ?? '' }));
      return result;
    });
}

/** git compares resolved paths. */
function parentOf(folder: string): string {
  return dirname(attempt(() => realpathSync.native(folder), folder));
}

function quietEnvironment(env: Record<string, string>): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => !MISLEADING.has(name));
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_PAGER: 'cat',
    GIT_ASKPASS: 'true',
    SSH_ASKPASS: 'true',
  };
}

/** It may only warn of that, and compare the files with what Git LFS keeps in their place. */
const LFS_MISSING = /git-lfs: (?:command )?not found|'lfs' is not a git command/;
const GIT_LFS_MISSING = {
  code: 'git_lfs_missing',
  message: 'The repository keeps files with Git LFS, and git-lfs is not installed.',
};

/** What git says, by what can be done about it. */
const CAUSES: [RegExp, string][] = [
  [/(?:clean|smudge) filter '.*' failed|external filter '.*' failed/, 'git_filter_failed'],
  [/dubious ownership/, 'repo_owned_by_another'],
  [/permission denied/i, 'repo_not_readable'],
  [/must be run in a work tree/, 'repo_bare'],
  [
    /not a git repository|corrupt|bad (?:config|object|signature|index|tree|ref)|index file|unable to read|cannot read|is empty|broken|invalid/i,
    'repo_corrupt',
  ],
];

function toFailure(
  { ended, stderr, exitCode }: ToolResult,
  { timeoutMs, command }: { timeoutMs: number; command: string },
): Failure {
  if (ended === 'missing')
    return { code: 'git_missing', message: 'git could not be started in this folder.' };
  if (ended === 'timedOut')
    return { code: 'git_timed_out', message: `git ${command} took longer than ${timeoutMs} ms.` };
  const code = CAUSES.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'git_failed';
  const line = stderr.split('\n').find((text) => /^(?:fatal|error):/.test(text)) ?? stderr.split('\n')[0];
  const message = withoutCredentials(line || `git ${command} ended with code ${exitCode}.`);
  return { code, message: message.slice(0, MESSAGE_CHARACTERS) };
}
