import { fromPromise } from 'xstate';
import type { RefreshEnd, RefreshInput } from '../../machines/credential.setup.ts';
import type { CredentialProvider } from '../contract/credentials.ts';
import type {
  ClaudeCredential,
  CodexCredential,
  GithubCredential,
  RefreshRequest,
} from '../contract/monolith.ts';
import type { MonolithClient, RefreshOutcome } from '../control-plane/client.ts';
import { codeOf } from '../storage/attempt.ts';
import { secretOfBedrock } from './claude-logins.ts';
import { expiryOfClaude, expiryOfJwt, toTime } from './issued.ts';
import { sha256 } from './login.ts';

/** How the control plane answered, and what was put in place of what it issued. */
export type Attempt =
  | { kind: 'issued'; source: string; expiresAt: number | null }
  | Exclude<RefreshOutcome<never>, { kind: 'issued' }>;

export type Attempts = Record<CredentialProvider, (request: RefreshRequest) => Promise<Attempt>>;

export interface AttemptsOptions {
  client: Pick<MonolithClient, 'refreshGithub' | 'refreshClaude' | 'refreshCodex'>;
  /** Put a credential in place; resolve with its kind. */
  keep: {
    github: (credential: GithubCredential) => Promise<string>;
    claude: (credential: ClaudeCredential) => Promise<string>;
    codex: (credential: CodexCredential) => Promise<string>;
  };
  /** Told when another credential is in place. */
  onKept: (provider: CredentialProvider) => void;
  now: () => number;
}

/** One attempt for each provider: asks for a credential and puts it in place. Never rejects. */
export function createAttempts({ client, keep, onKept, now }: AttemptsOptions): Attempts {
  const attempt = <T>(provider: CredentialProvider, parts: Parts<T>) => {
    return async (request: RefreshRequest): Promise<Attempt> => {
      const outcome = await parts.ask(request);
      if (outcome.kind !== 'issued') return outcome;
      if (sha256(parts.secretOf(outcome.credential)) === request.rejectedTokenSha256) return REJECTED_AGAIN;
      const expiresAt = parts.expiryOf(outcome.credential);
      if (expiresAt !== null && expiresAt <= now()) return OVER_ALREADY;
      try {
        const source = await parts.keep(outcome.credential);
        onKept(provider);
        return { kind: 'issued', source, expiresAt };
      } catch (error) {
        return { kind: 'unavailable', reason: `It could not be put in place${inBrackets(codeOf(error))}.` };
      }
    };
  };
  return {
    github: attempt('github', {
      ask: (request) => client.refreshGithub(request),
      keep: keep.github,
      secretOf: ({ token }) => token,
      expiryOf: ({ expiresAt }) => toTime(expiresAt),
    }),
    claude: attempt('claude', {
      ask: (request) => client.refreshClaude(request),
      keep: keep.claude,
      secretOf: secretOfClaude,
      expiryOf: expiryOfClaude,
    }),
    codex: attempt('codex', {
      ask: (request) => client.refreshCodex(request),
      keep: keep.codex,
      secretOf: (credential) =>
        credential.type === 'oauth' ? credential.tokens.access_token : credential.apiKey,
      expiryOf: (credential) =>
        credential.type === 'oauth' ? expiryOfJwt(credential.tokens.access_token) : null,
    }),
  };
}

interface Parts<T> {
  ask: (request: RefreshRequest) => Promise<RefreshOutcome<T>>;
  keep: (credential: T) => Promise<string>;
  /** What tells one credential from another. */
  secretOf: (credential: T) => string;
  /** Milliseconds since 1970; null if it does not say. */
  expiryOf: (credential: T) => number | null;
}

const REJECTED_AGAIN: Attempt = {
  kind: 'unavailable',
  reason: 'It issued the credential again that was rejected.',
};

/** Either clock is wrong. What is in place may be good still. */
const OVER_ALREADY: Attempt = {
  kind: 'unavailable',
  reason: 'It issued a credential that is over already, by the clock of this machine.',
};

function secretOfClaude(credential: ClaudeCredential): string {
  if (credential.type === 'oauth') return credential.claudeAiOauth.accessToken;
  return credential.type === 'apiKey' ? credential.apiKey : secretOfBedrock(credential.env);
}

/** Messages of errors name paths; their codes say enough. */
function inBrackets(code: string | undefined): string {
  return code === undefined ? '' : ` (${code})`;
}

export interface RefreshCredentialOptions {
  /** Asks for the credential of each provider and puts it in place. */
  attempts: Attempts;
  /** Settles when everything that was announced so far is on disk. */
  settled: () => Promise<void>;
  now: () => number;
  random: () => number;
}

/** One attempt to get a credential, from the commit of its announcement to the file being in place. */
export function refreshCredential({ attempts, settled, now, random }: RefreshCredentialOptions) {
  return fromPromise<RefreshEnd, RefreshInput>(async ({ input: { provider, cause } }) => {
    await settled();
    const attempt = await attempts[provider](cause);
    if (attempt.kind === 'unavailable') return { ...attempt, random: random() };
    if (attempt.kind !== 'issued') return attempt;
    const lifetimeMs = attempt.expiresAt === null ? null : attempt.expiresAt - now();
    return { ...attempt, lifetimeMs, random: random() };
  });
}
