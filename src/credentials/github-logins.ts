import { Document, isMap, parseDocument } from 'yaml';
import type { GithubCredential } from '../contract/monolith.ts';
import { isTooDeep } from '../storage/yaml-depth.ts';
import type { Codec, CredentialFile } from './credential-file.ts';
import { githubTokenIn, withGithubToken } from './git-credentials.ts';
import { sha256 } from './login.ts';

export interface GithubLoginOptions {
  gitCredentials: CredentialFile<string[]>;
  hosts: CredentialFile<Document>;
  /** Makes git look into its file of credentials, if it looks nowhere else. */
  provideHelper: () => Promise<void>;
}

/** The token that git and gh use: both read it from their files each time, so that shells need not be told. */
export class GithubLogin {
  readonly #options: GithubLoginOptions;
  /** What was put in place last, by this engine. */
  #current: string | null = null;
  /** Digests of tokens that were in place before. */
  readonly #past = new Set<string>();

  constructor(options: GithubLoginOptions) {
    this.#options = options;
  }

  /** Null when there is none of ours. */
  get token(): string | null {
    return githubTokenIn(this.#options.gitCredentials.read());
  }

  async keep({ token }: Pick<GithubCredential, 'token'>): Promise<string> {
    await this.#put(token);
    await this.#options.provideHelper();
    return 'token';
  }

  /**
   * Looks at the file after somebody changed it. git erases a token that GitHub refused: its digest is returned. A
   * command of git that began with the token before writes that one back when it worked: it is replaced. A token that
   * somebody else put there is taken over.
   */
  async review(): Promise<string | null> {
    const [current, found] = [this.#current, this.token];
    if (current === null || found === current) return null;
    if (found === null) return sha256(current);
    await this.#put(this.#past.has(sha256(found)) ? current : found);
    return null;
  }

  async #put(token: string): Promise<void> {
    const { gitCredentials, hosts } = this.#options;
    if (this.#current !== null && this.#current !== token) this.#past.add(sha256(this.#current));
    this.#past.delete(sha256(token));
    this.#current = token;
    await gitCredentials.update((lines) => withGithubToken(lines, token));
    await hosts.update((document) => withHostToken(document, token));
  }
}

/** `~/.config/gh/hosts.yml`, where the GitHub CLI keeps its logins. Comments, other hosts and other keys are kept. */
export const githubHosts: Codec<Document> = {
  get empty() {
    return new Document({});
  },
  parse(text) {
    if (isTooDeep(text)) return undefined;
    const document = text.trim() === '' ? new Document({}) : parseDocument(text);
    return document.errors.length === 0 && isMap(document.contents) ? document : undefined;
  },
  format: (document) => document.toString({ indent: 4 }),
};

const HOST = 'github.com';

/** The document with this token for GitHub. The user is kept: gh asks GitHub who it is where it needs to know. */
export function withHostToken(document: Document, token: string): Document {
  const changed = document.clone() as Document;
  if (!isMap(changed.getIn([HOST]))) changed.setIn([HOST], changed.createNode({ user: 'x-access-token' }));
  changed.setIn([HOST, 'oauth_token'], token);
  if (!changed.hasIn([HOST, 'git_protocol'])) changed.setIn([HOST, 'git_protocol'], 'https');
  const user = changed.getIn([HOST, 'user']);
  // Newer versions of gh know several users per host.
  if (changed.hasIn([HOST, 'users', user])) changed.setIn([HOST, 'users', user, 'oauth_token'], token);
  return changed;
}
