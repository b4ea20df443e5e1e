import type { CredentialBoard } from './actors/credential-board.ts';
import type { AgentLogin } from './agents/login.ts';
import { CredentialsFileSchema, type CredentialsFile } from './contract/credentials.ts';
import { createAttempts, type Attempts } from './credentials/attempts.ts';
import { bedrockCredentials } from './credentials/bedrock-credentials.ts';
import { claudeCredentials } from './credentials/claude-credentials.ts';
import { CLAUDE_LOGIN_VARIABLES, ClaudeLogins } from './credentials/claude-logins.ts';
import { codexAuth } from './credentials/codex-auth.ts';
import { CODEX_LOGIN_VARIABLES, CodexLogins } from './credentials/codex-logins.ts';
import { CredentialFile, type Codec } from './credentials/credential-file.ts';
import { provideCredentialHelper } from './credentials/credential-helper.ts';
import { credentialPaths } from './credentials/credential-paths.ts';
import { gitCredentials, replaceAsGit } from './credentials/git-credentials.ts';
import { githubHosts } from './credentials/github-hosts.ts';
import { GithubLogin } from './credentials/github-logins.ts';
import { LoginChain } from './credentials/login-chain.ts';
import { loginsFile } from './credentials/logins-file.ts';
import { agentEnvironment } from './engine-env.ts';
import type { EngineEnvironment } from './engine-env.ts';
import type { Log } from './log.ts';
import type { MonolithClient } from './monolith/client.ts';
import type { Home } from './open-home.ts';
import { readJson, writeJson } from './storage/json-file.ts';
import type { OnDamage } from './storage/set-aside.ts';

/** The credentials of a home: how to get them, and the logins that come of them. */
export interface Credentials {
  attempts: Attempts;
  saved: CredentialsFile['providers'];
  save: (providers: CredentialsFile['providers']) => void;
  logins: { claude: AgentLogin; codex: AgentLogin };
  /** What agents and hooks run with, without the login of an agent. */
  environment: () => Record<string, string>;
}

export interface OpenCredentialsOptions {
  environment: EngineEnvironment;
  client: MonolithClient;
  /** Knows how the refreshes stand, once there are any. */
  board: () => CredentialBoard;
  log: Log;
  onDamage: OnDamage;
}

const KEY = 'engine:credentials.json';

/** Variables of a token for GitHub that would win over the files which git and gh read each time. */
const GITHUB_VARIABLES = ['GH_TOKEN', 'GITHUB_TOKEN'];

export async function openCredentials(home: Home, options: OpenCredentialsOptions): Promise<Credentials> {
  const { environment, client, board, log, onDamage } = options;
  const env = agentEnvironment(environment);
  const { github, claude, codex } = openLogins(home, { env, onDamage });
  const saved = await readJson(home.store, { key: KEY, schema: CredentialsFileSchema, onDamage });
  const shared = () =>
    github.token === null || board().health().providers.github.source === null
      ? env
      : without(env, GITHUB_VARIABLES);
  const chainOf = (provider: 'claude' | 'codex', parts: ChainParts) =>
    new LoginChain({
      ...parts,
      refresher: {
        ready: () => board().ready(provider),
        settled: () => board().settled(provider),
        replace: async (rejectedTokenSha256) => {
          const sha = rejectedTokenSha256 === undefined ? {} : { rejectedTokenSha256 };
          board().request(provider, { reason: 'rejected', ...sha });
          await board().settled(provider);
        },
      },
      environment: () => without(shared(), parts.variables),
      now: () => performance.now(),
    });
  const logins = {
    claude: chainOf('claude', { list: () => claude.list(), variables: CLAUDE_LOGIN_VARIABLES }),
    codex: chainOf('codex', {
      list: () => codex.list(),
      variables: CODEX_LOGIN_VARIABLES,
      use: (login) => codex.use(login),
    }),
  };
  return {
    attempts: createAttempts({
      client,
      keep: {
        github: (credential) => github.keep(credential),
        claude: (credential) => claude.keep(credential),
        codex: (credential) => codex.keep(credential),
      },
      onKept: (provider) => {
        for (const login of provider === 'github' ? Object.values(logins) : [logins[provider]])
          login.changed();
      },
    }),
    saved: saved?.providers ?? {},
    save: (providers) => {
      writeJson(home.store.storage, { key: KEY, value: { version: 1, providers } }).catch((error: unknown) =>
        log.warn({ err: error }, 'what is known of the credentials could not be saved'),
      );
    },
    logins,
    environment: shared,
  };
}

interface ChainParts {
  list: ConstructorParameters<typeof LoginChain>[0]['list'];
  use?: (login: ReturnType<CodexLogins['list']>[number]) => Promise<void>;
  /** Those that choose a login, of which only what the login in use needs is passed on. */
  variables: readonly string[];
}

function openLogins(
  { paths }: Home,
  { env, onDamage }: { env: Record<string, string>; onDamage: OnDamage },
): { github: GithubLogin; claude: ClaudeLogins; codex: CodexLogins } {
  const files = credentialPaths(paths, env);
  const open = <Content>(path: string, codec: Codec<Content>) =>
    new CredentialFile({ path, codec, onDamage, isFolderPrivate: true });
  const logins = open(files.logins, loginsFile);
  return {
    github: new GithubLogin({
      gitCredentials: new CredentialFile({
        path: files.gitCredentials,
        codec: gitCredentials,
        onDamage,
        replace: replaceAsGit,
      }),
      hosts: new CredentialFile({ path: files.githubHosts, codec: githubHosts, onDamage }),
      provideHelper: () => provideCredentialHelper(env),
    }),
    claude: new ClaudeLogins({
      credentials: open(files.claudeCredentials, claudeCredentials),
      bedrock: open(files.bedrockCredentials, bedrockCredentials),
      logins,
      env,
    }),
    codex: new CodexLogins({ auth: open(files.codexAuth, codexAuth), logins, env }),
  };
}

function without(env: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}
