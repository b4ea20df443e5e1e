import { findInstallation } from '../agents/process/launcher.ts';
import { versionOf } from '../agents/program-version.ts';
import type { LoginProvider } from '../contract/credentials.ts';
import type { CodingAgent, WorkspaceEnvironment } from '../contract/environment.ts';
import type { HookKind } from '../contract/hooks.ts';
import type { EngineEnvironment } from '../environment/engine-env.ts';
import { findExecutable } from '../environment/find-executable.ts';
import { planHooks } from '../hooks/plan-hooks.ts';
import { listRepositories } from '../workspace/find-repositories.ts';
import { listSkills } from '../workspace/skills.ts';
import type { Credentials } from './open-credentials.ts';
import type { Home } from './open-home.ts';

export interface DescribeOptions {
  credentials: Pick<Credentials, 'board' | 'logins' | 'environment'>;
  engineVersion: string;
}

/** What the workspace has, looked up each time it is asked for. A program tells its version once as long as it is the same. */
export function createEnvironmentView(
  { environment, paths }: Home,
  { credentials, engineVersion }: DescribeOptions,
): () => Promise<WorkspaceEnvironment> {
  const programs = programsOf(environment);
  const variables = () => credentials.environment();

  async function describe({ provider, command, protocol, login }: Program): Promise<[string, CodingAgent]> {
    const authMethod = login === undefined ? null : credentials.logins.methodOf(login);
    const installation = await findInstallation(findExecutable(command, environment.ambient['PATH']) ?? null);
    if (installation === null) return [provider, { available: false, version: null, authMethod, protocol }];
    const version = await versionOf(installation, variables());
    return [provider, { available: true, version, authMethod, protocol }];
  }

  return async () => {
    const set = variables();
    const repositories = listRepositories(paths.workspaces);
    const hooksOf = (kind: HookKind) =>
      planHooks({ home: paths.home, repositories, kind, runId: '', bootId: '' }).map(
        ({ hookType = 'repository' as const, repoName }) => ({ hookType, hookName: repoName, kind }),
      );
    return {
      engineVersion,
      variables: Object.keys(set).toSorted(),
      skills: listSkills(paths.home, repositories),
      codingAgents: Object.fromEntries(await Promise.all(programs.map(describe))),
      hooks: [...hooksOf('start'), ...hooksOf('warm')],
      integrations: {
        github: isIssued(credentials.board) || Boolean(set['GH_TOKEN'] ?? set['GITHUB_TOKEN']),
        slack: Boolean(set['SLACK_BOT_TOKEN']),
        linear: Boolean(set['LINEAR_ACCESS_TOKEN']),
      },
    };
  };
}

interface Program {
  provider: string;
  command: string;
  protocol: CodingAgent['protocol'];
  /** Left out for agents that log in by themselves. */
  login?: LoginProvider;
}

function programsOf({ CLAUDE_PATH, CODEX_PATH, ACP_AGENTS }: EngineEnvironment): Program[] {
  return [
    { provider: 'claude', command: CLAUDE_PATH, protocol: 'stream-json', login: 'claude' },
    { provider: 'codex', command: CODEX_PATH, protocol: 'app-server', login: 'codex' },
    ...Object.entries(ACP_AGENTS).map(([provider, { command }]) => ({
      provider,
      command,
      protocol: 'acp' as const,
    })),
  ];
}

function isIssued(board: Credentials['board']): boolean {
  return board.health().providers.github.source !== null;
}
