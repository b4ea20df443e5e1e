import type { Document } from 'yaml';
import type { GithubCredential } from '../contract/monolith.ts';
import type { CredentialFile } from './credential-file.ts';
import { githubTokenIn, withGithubToken } from './git-credentials.ts';
import { withGithubToken as withGithubHost } from './github-hosts.ts';
import { toTime, type Kept } from './issued.ts';

export interface GithubLoginOptions {
  gitCredentials: CredentialFile<string[]>;
  hosts: CredentialFile<Document>;
  /** Makes git look into its file of credentials, if it looks nowhere else. */
  provideHelper: () => Promise<void>;
}

/** The token that git and gh use: both read it from their files each time, so that shells need not be told. */
export class GithubLogin {
  readonly #options: GithubLoginOptions;

  constructor(options: GithubLoginOptions) {
    this.#options = options;
  }

  /** Null when there is none of ours. */
  get token(): string | null {
    return githubTokenIn(this.#options.gitCredentials.read());
  }

  async keep({ token, expiresAt }: GithubCredential): Promise<Kept> {
    const { gitCredentials, hosts, provideHelper } = this.#options;
    await gitCredentials.update((lines) => withGithubToken(lines, token));
    await hosts.update((document) => withGithubHost(document, token));
    await provideHelper();
    return { source: 'token', expiresAt: toTime(expiresAt) };
  }
}
