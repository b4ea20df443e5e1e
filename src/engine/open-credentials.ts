import { credentialMachine } from '../../machines/credential.machine.ts';
import { loginMachine } from '../../machines/login.machine.ts';
import { CredentialBoard } from '../credentials/credential-board.ts';
import { refreshCredential } from '../credentials/attempts.ts';
import { LoginBoard } from '../credentials/login-board.ts';
import {
  CredentialProviderSchema,
  CredentialsFileSchema,
  type CredentialProvider,
  type CredentialsFile,
  type LoginProvider,
} from '../contract/credentials.ts';
import { bedrockCredentials, claudeCredentials, ClaudeLogins } from '../credentials/claude-logins.ts';
import { codexAuth, CodexLogins } from '../credentials/codex-logins.ts';
import { CredentialFile, type Codec } from '../credentials/credential-file.ts';
import { provideCredentialHelper } from '../credentials/credential-helper.ts';
import {
  CLAUDE_LOGIN_VARIABLES,
  CODEX_LOGIN_VARIABLES,
  credentialPaths,
} from '../credentials/credential-paths.ts';
import { gitCredentials, replaceAsGit } from '../credentials/git-credentials.ts';
import { githubHosts, GithubLogin } from '../credentials/github-logins.ts';
import { loginsFile } from '../credentials/login.ts';
import { watchFile } from '../credentials/watch-file.ts';
import { agentEnvironment } from '../environment/engine-env.ts';
import type { MonolithClient } from '../control-plane/client.ts';
import type { Home } from './open-home.ts';
import { readJson, writeJson } from '../storage/json-file.ts';

/** The credentials of a home: what asks for them and tells about them, and the logins that come of them. */
export interface Credentials {
  /** For the root machine. */
  logic: typeof credentialMachine;
  board: CredentialBoard;
  logins: LoginBoard;
  /** What agents and hooks run with, without the login of an agent. */
  environment: () => Record<string, string>;
  /** Watches what git does to its file. Returns the means to stop. */
  watch: () => () => void;
}

/** So that a loop of git commands that are refused does not become one of refreshes. */
const GATHER_MS = 1_000;

const KEY = 'engine:credentials.json';

/** Variables of a token for GitHub that would win over the files which git and gh read each time. */
const GITHUB_VARIABLES = ['GH_TOKEN', 'GITHUB_TOKEN'];

export async function openCredentials(home: Home, client: MonolithClient): Promise<Credentials> {
  const env = agentEnvironment(home.environment);
  const files = openLogins(home, env);
  for (const file of files.all) await file.sweep();
  const { saved, save } = await recall(home);
  const issued = new Set(
    PROVIDERS.filter((provider) => typeof saved.providers[provider]?.source === 'string'),
  );
  const shared = () =>
    issued.has('github') && files.github.token !== null ? without(env, GITHUB_VARIABLES) : env;
  const board = new CredentialBoard({
    saved: saved.providers,
    save: (providers) => save({ providers }),
  });
  const logins = new LoginBoard({
    logic: loginMachine,
    credentials: board,
    saved: saved.refused ?? {},
    save: (refused) => save({ refused }),
    sources: sourcesOf(files, shared),
  });
  const onKept = (provider: CredentialProvider) => {
    issued.add(provider);
    for (const agent of CHANGES[provider]) logins.changed(agent);
  };
  const logic = credentialMachine.provide({
    actors: {
      refreshCredential: refreshCredential({
        refresh: client.refresh,
        logins: files,
        onKept,
        settled: () => home.journal.committed(),
      }),
    },
  });
  return {
    logic,
    board,
    logins,
    environment: shared,
    watch: () => watchGit(home, files.github, board),
  };
}

/** What the last engine knew of them, and the means to add to it. */
async function recall({ store, damages, log }: Home) {
  const onDamage = damages.report;
  const read = await readJson(store, { key: KEY, schema: CredentialsFileSchema, onDamage });
  let known: CredentialsFile = read ?? { version: 1, providers: {} };
  const save = (news: Partial<CredentialsFile>) => {
    known = { ...known, ...news };
    writeJson(store.storage, { key: KEY, value: known }).catch((error: unknown) =>
      log.warn({ err: error }, 'what is known of the credentials could not be saved'),
    );
  };
  return { saved: known, save };
}

function sourcesOf({ claude, codex }: LoginFiles, shared: Credentials['environment']) {
  return {
    claude: {
      list: () => claude.list(),
      environment: () => without(shared(), CLAUDE_LOGIN_VARIABLES),
      echoMs: 1_000,
    },
    codex: {
      list: () => codex.list(),
      use: (login: ReturnType<typeof codex.list>[number]) => codex.use(login),
      environment: () => without(shared(), CODEX_LOGIN_VARIABLES),
      // A server asks for another token first, and ends its turn for want of one later.
      echoMs: 5_000,
    },
  };
}

/** Looks at what git does to its file: a token that it took away was rejected. */
function watchGit({ paths, log }: Home, github: GithubLogin, board: CredentialBoard): () => void {
  return watchFile(paths.gitCredentials, {
    onChange: async () => {
      await board.settled('github');
      const rejectedTokenSha256 = await github.review();
      if (rejectedTokenSha256 !== null) board.request('github', { reason: 'rejected', rejectedTokenSha256 });
    },
    gatherMs: GATHER_MS,
    onError: (error) => log.warn({ err: error }, 'the credentials of git cannot be looked after'),
  });
}

const PROVIDERS = CredentialProviderSchema.options;

/** Whose environment another credential changes. */
const CHANGES: Record<CredentialProvider, readonly LoginProvider[]> = {
  github: ['claude', 'codex'],
  claude: ['claude'],
  codex: ['codex'],
};

type LoginFiles = ReturnType<typeof openLogins>;

function openLogins({ paths, damages }: Home, env: Record<string, string>) {
  const at = credentialPaths(paths, env);
  const common = { below: paths.home, onDamage: damages.report };
  const open = <Content>(path: string, codec: Codec<Content>) =>
    new CredentialFile({ ...common, path, codec, isFolderPrivate: true });
  const credentials = open(at.claudeCredentials, claudeCredentials);
  const bedrock = open(at.bedrockCredentials, bedrockCredentials);
  const auth = open(at.codexAuth, codexAuth);
  const logins = open(at.logins, loginsFile);
  const hosts = new CredentialFile({ ...common, path: at.githubHosts, codec: githubHosts });
  const replace = (file: string, text: string) => replaceAsGit(file, text, damages.report);
  const git = { ...common, path: at.gitCredentials, codec: gitCredentials, replace };
  return {
    github: new GithubLogin({
      gitCredentials: new CredentialFile(git),
      hosts,
      provideHelper: () => provideCredentialHelper(env),
    }),
    claude: new ClaudeLogins({ credentials, bedrock, logins, env }),
    codex: new CodexLogins({ auth, logins, env }),
    all: [credentials, bedrock, auth, logins, hosts],
  };
}

function without(env: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}
