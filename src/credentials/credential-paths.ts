import { join } from 'node:path';
import type { Paths } from '../environment/paths.ts';

/** Variables that choose how Claude Code logs in: each wins over the file of its OAuth login. */
export const CLAUDE_LOGIN_VARIABLES = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'CLAUDE_CODE_USE_BEDROCK',
];

/** Variables in which Codex, or what it runs, may find a key. */
export const CODEX_LOGIN_VARIABLES = ['OPENAI_API_KEY', 'CODEX_API_KEY'];

/** Files of credentials that the engine and the programs of the workspace share. */
export interface CredentialPaths {
  gitCredentials: string;
  githubHosts: string;
  claudeCredentials: string;
  bedrockCredentials: string;
  codexAuth: string;
  logins: string;
}

/** Where the programs look, which some of their own variables move. */
export function credentialPaths(
  { home, engine, gitCredentials }: Pick<Paths, 'home' | 'engine' | 'gitCredentials'>,
  env: Readonly<Record<string, string>>,
): CredentialPaths {
  const claude = env['CLAUDE_CONFIG_DIR'] ?? join(home, '.claude');
  const githubFolder = env['GH_CONFIG_DIR'] ?? join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'gh');
  return {
    gitCredentials,
    githubHosts: join(githubFolder, 'hosts.yml'),
    claudeCredentials: join(claude, '.credentials.json'),
    bedrockCredentials: join(claude, '.bedrock-credentials.json'),
    codexAuth: join(env['CODEX_HOME'] ?? join(home, '.codex'), 'auth.json'),
    logins: join(engine, 'logins.json'),
  };
}
