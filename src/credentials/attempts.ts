import { fromPromise } from 'xstate';
import type { RefreshEnd, RefreshInput } from '../../machines/credential.setup.ts';
import type { CredentialProvider } from '../contract/credentials.ts';
import type { ClaudeCredential, IssuedCredentials } from '../contract/monolith.ts';
import type { MonolithClient } from '../control-plane/client.ts';
import { codeOf } from '../storage/attempt.ts';
import { secretOfBedrock } from './claude-logins.ts';
import { expiryOfClaude, expiryOfJwt, toTime } from './issued.ts';
import { sha256 } from './login.ts';

export interface RefreshCredentialOptions {
  refresh: MonolithClient['refresh'];
  /** Where a credential is put in place; `keep` resolves with its kind. */
  logins: {
    readonly [Provider in CredentialProvider]: {
      keep: (credential: IssuedCredentials[Provider]) => Promise<string>;
    };
  };
  /** Told when another credential is in place. */
  onKept: (provider: CredentialProvider) => void;
  /** Settles when everything that was announced so far is on disk. */
  settled: () => Promise<void>;
}

/** One attempt to get a credential, from the commit of its announcement to the file being in place. */
export function refreshCredential(options: RefreshCredentialOptions) {
  return fromPromise<RefreshEnd, RefreshInput>(async ({ input: { provider, cause } }) => {
    await options.settled();
    return attempt(provider, cause, options);
  });
}

async function attempt<Provider extends CredentialProvider>(
  provider: Provider,
  cause: RefreshInput['cause'],
  { refresh, logins, onKept }: RefreshCredentialOptions,
): Promise<RefreshEnd> {
  const unavailable = (reason: string) => ({ kind: 'unavailable' as const, reason, random: Math.random() });
  const outcome = await refresh[provider](cause);
  if (outcome.kind === 'unavailable') return { ...outcome, random: Math.random() };
  if (outcome.kind !== 'issued') return outcome;
  const { credential } = outcome;
  const { secretOf, expiryOf } = CREDENTIALS[provider];
  if (sha256(secretOf(credential)) === cause.rejectedTokenSha256)
    return unavailable('It issued the credential again that was rejected.');
  const expiresAt = expiryOf(credential);
  // Either clock is wrong. What is in place may be good still.
  if (expiresAt !== null && expiresAt <= Date.now())
    return unavailable('It issued a credential that is over already, by the clock of this machine.');
  try {
    const source = await logins[provider].keep(credential);
    onKept(provider);
    const lifetimeMs = expiresAt === null ? null : expiresAt - Date.now();
    return { kind: 'issued', source, expiresAt, lifetimeMs, random: Math.random() };
  } catch (error) {
    return unavailable(`It could not be put in place${inBrackets(codeOf(error))}.`);
  }
}

interface Description<Credential> {
  /** What tells one credential from another. */
  secretOf: (credential: Credential) => string;
  /** Milliseconds since 1970; null if it does not say. */
  expiryOf: (credential: Credential) => number | null;
}

const CREDENTIALS: { [Provider in CredentialProvider]: Description<IssuedCredentials[Provider]> } = {
  github: { secretOf: ({ token }) => token, expiryOf: ({ expiresAt }) => toTime(expiresAt) },
  claude: { secretOf: secretOfClaude, expiryOf: expiryOfClaude },
  codex: {
    secretOf: (credential) =>
      credential.type === 'oauth' ? credential.tokens.access_token : credential.apiKey,
    expiryOf: (credential) =>
      credential.type === 'oauth' ? expiryOfJwt(credential.tokens.access_token) : null,
  },
};

function secretOfClaude(credential: ClaudeCredential): string {
  if (credential.type === 'oauth') return credential.claudeAiOauth.accessToken;
  return credential.type === 'apiKey' ? credential.apiKey : secretOfBedrock(credential.env);
}

/** Messages of errors name paths; their codes say enough. */
function inBrackets(code: string | undefined): string {
  return code === undefined ? '' : ` (${code})`;
}
