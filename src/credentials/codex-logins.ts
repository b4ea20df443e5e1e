import { z } from 'zod';
import type { CodexCredential } from '../contract/monolith.ts';
import type { CredentialFile } from './credential-file.ts';
import type { CodexOauth } from './issued.ts';
import { jsonCodec } from './json-codec.ts';
import { inOrder, keysFrom, loginOf, noteIssued, pick, type Login, type LoginsFile } from './login.ts';
import { CODEX_LOGIN_VARIABLES } from './credential-paths.ts';

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
        ...keysFrom(apiKey ? { OPENAI_API_KEY: apiKey } : {}),
        ...(content.OPENAI_API_KEY ? [loginOf('apiKey', content.OPENAI_API_KEY, { environment: keys })] : []),
        ...keysFrom(keys),
      ],
      issued,
    );
  }

  async keep(credential: CodexCredential): Promise<string> {
    await this.#options.auth.update((content) =>
      credential.type === 'oauth'
        ? withCodexTokens(content, credential)
        : withCodexApiKey(content, credential.apiKey),
    );
    return noteIssued(this.#options.logins, 'codex', credential);
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

const CodexAuthSchema = z.looseObject({
  auth_mode: z.string().nullish(),
  OPENAI_API_KEY: z.string().nullish(),
  tokens: z
    .looseObject({
      id_token: z.string().nullish(),
      access_token: z.string().nullish(),
      account_id: z.string().nullish(),
    })
    .nullish(),
});

export type CodexAuth = z.infer<typeof CodexAuthSchema>;

/** `~/.codex/auth.json`, as Codex keeps it. It reads it when it starts, and again when a token was refused. */
export const codexAuth = jsonCodec(CodexAuthSchema, 2);

/** The content with these tokens. There is no refresh token among them, so that Codex cannot use it up. */
export function withCodexTokens(content: CodexAuth, { tokens, last_refresh }: CodexOauth): CodexAuth {
  return {
    ...content,
    auth_mode: 'chatgpt',
    OPENAI_API_KEY: null,
    tokens: { ...content.tokens, ...tokens, refresh_token: '' },
    last_refresh,
  };
}

/** The content with this key, as `codex login --with-api-key` leaves it. */
export function withCodexApiKey(content: CodexAuth, apiKey: string): CodexAuth {
  const { tokens: _, last_refresh: __, ...rest } = content;
  return { ...rest, auth_mode: 'apikey', OPENAI_API_KEY: apiKey };
}
