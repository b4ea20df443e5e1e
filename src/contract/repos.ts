import { z } from 'zod';
import { FailureSchema } from './chats.ts';

export const GitDiffSchema = z.object({
  added: z.number().int().nonnegative(),
  removed: z.number().int().nonnegative(),
  fullDiff: z.string().optional(),
  truncated: z.boolean().optional(),
});

/** Whether the pull requests of the branch are known, or why they cannot be asked for. */
export const PullRequestStateSchema = z.enum([
  'checked',
  'noCli',
  'noLogin',
  'unreachable',
  'rateLimited',
  'failed',
]);

/**
 * A repository under `~/workspaces`. `currentBranch` is "HEAD" when detached and "" when unknown. `seenAt` is there when it
 * does not answer: all is as it was then, and `error` says why.
 */
export const RepoSchema = z
  .object({
    name: z.string(),
    path: z.string(),
    defaultBranch: z.string(),
    currentBranch: z.string(),
    prUrls: z
      .array(z.string())
      .meta({ description: 'Addresses of the web, `http:` or `https:`, nothing else.' }),
    prUrl: z.string().nullable(),
    prState: PullRequestStateSchema.optional(),
    gitDiff: GitDiffSchema.nullable(),
    startHooksCompleted: z.boolean(),
    provider: z.enum(['github', 'gitlab']).optional(),
    error: FailureSchema.optional(),
    seenAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'EngineRepoState' });

export const RepoListSchema = z
  .object({ repos: z.array(RepoSchema), lastEventId: z.string() })
  .meta({ id: 'RepoList' });

export type Repo = z.infer<typeof RepoSchema>;
export type GitDiff = z.infer<typeof GitDiffSchema>;
export type PullRequestState = z.infer<typeof PullRequestStateSchema>;
