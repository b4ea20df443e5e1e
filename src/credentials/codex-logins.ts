import type { CodexCredential } from '../contract/monolith.ts';
import { withCodexApiKey, withCodexTokens, type CodexAuth } from './codex-auth.ts';
import type { CredentialFile } from './credential-file.ts';
import { inOrder, loginOf, pick, type Login } from './login.ts';
import { withIssued, type LoginsFile } from './logins-file.ts';

/** Variables in which Codex, or what it runs, may find a key. */
export const CODEX_LOGIN_VARIABLES = ['OPENAI_API_KEY', 'CODEX_API_KEY'];

export interface CodexLoginsOptions {
  auth: CredentialFile<CodexAuth>;
  logins: CredentialFile<LoginsFile>;
  /** The ambient environment. */
  env: Readonly<Record<string, string>>;
}

/** Every login there is for Codex, and where one that was issued is kept. */
export class CodexLogins {
  readonly #options: CodexLoginsOptions;

  constructor(options: CodexLoginsOptions) {
    this.#options = options;
  }

  /** The one to use first: OAuth, API key, but what was issued last before them. */
  list(): Login[] {
    const { auth, logins, env } = this.#options;
    const { issued, apiKey } = logins.read().codex ?? {};
    const content = auth.read();
    const keys = pick(env, CODEX_LOGIN_VARIABLES);
    return inOrder(
      [
        ...oauthFrom(content),
        ...(apiKey ? [loginOf('apiKey', apiKey, { environment: { OPENAI_API_KEY: apiKey } })] : []),
        ...(content.OPENAI_API_KEY ? [loginOf('apiKey', content.OPENAI_API_KEY, { environment: keys })] : []),
        ...Object.values(keys)
          .slice(0, 1)
          .map((key) => loginOf('apiKey', key, { environment: keys })),
      ],
      issued,
    );
  }

  async keep(credential: CodexCredential): Promise<string> {
    const { auth, logins } = this.#options;
    await auth.update((content) =>
      credential.type === 'oauth'
        ? withCodexTokens(content, credential)
        : withCodexApiKey(content, credential.apiKey),
    );
    const apiKey = credential.type === 'apiKey' ? { apiKey: credential.apiKey } : {};
    await logins.update((content) => withIssued(content, 'codex', { issued: credential.type, ...apiKey }));
    return credential.type;
  }

  /** Codex looks into its file when a token is refused: a key that takes over has to stand there. */
  async use({ kind, environment }: Login): Promise<void> {
    const key = environment['OPENAI_API_KEY'] ?? environment['CODEX_API_KEY'];
    if (kind === 'apiKey' && key !== undefined)
      await this.#options.auth.update((content) => withCodexApiKey(content, key));
  }
}

/** The tokens are for Codex's protocol, unless somebody logged in here: then Codex refreshes them by itself. */
function oauthFrom({ tokens }: CodexAuth): Login[] {
  if (!tokens?.access_token) return [];
  const { id_token: idToken, access_token: accessToken, account_id: accountId } = tokens;
  const isIssued = !tokens['refresh_token'] && idToken && accountId;
  return [loginOf('oauth', accessToken, { tokens: isIssued ? { idToken, accessToken, accountId } : null })];
}
