import { createHash, randomBytes } from 'node:crypto';
import { SignJWT, exportJWK, generateKeyPair, type JWK } from 'jose';
import type {
  ClaudeCredential,
  CodexCredential,
  GithubCredential,
  RefreshRequest,
} from '../../src/contract/monolith.ts';

export interface IssuerOptions {
  /** How long a token is good, in milliseconds; an hour when left out. */
  lifetimeMs?: number;
  /** A token that ends sooner than this is not given out again; five minutes when left out. */
  renewBeforeMs?: number;
  /** The clock of the issuer, in epoch milliseconds. */
  now?: () => number;
}

/** Owner of the logins: gives out the credential of the moment and makes a new one when that is due. */
export interface Issuer {
  github(request: RefreshRequest): Promise<GithubCredential>;
  claude(request: RefreshRequest): Promise<ClaudeCredential>;
  codex(request: RefreshRequest): Promise<CodexCredential>;
  /** Whether a token it issued is good at this moment. */
  isGood(token: string): boolean;
  /** The token is refused from now on. */
  revoke(token: string): void;
  /** Every token it ever issued, oldest first: none of them may turn up in a log. */
  readonly tokens: readonly string[];
  /** To verify its JWTs with. */
  readonly publicKey: JWK;
}

const HOUR_MS = 3_600_000;

/** Issues tokens that look and expire like the real ones; those of Codex are JWTs signed with a key of its own. */
export async function createIssuer(options: IssuerOptions = {}): Promise<Issuer> {
  const { lifetimeMs = HOUR_MS, renewBeforeMs = 300_000, now = Date.now } = options;
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const issued = new Map<string, number>();
  const revoked = new Set<string>();
  const isGood = (token: string) => !revoked.has(token) && (issued.get(token) ?? 0) > now();
  const isDue = (token: string, rejected: string | undefined) =>
    !isGood(token) || (issued.get(token) ?? 0) - now() < renewBeforeMs || sha256(token) === rejected;

  function renewing<T>(make: (expiresAt: number) => Promise<{ token: string; credential: T }>) {
    let current: { token: string; credential: T } | undefined;
    return async ({ rejectedTokenSha256 }: RefreshRequest): Promise<T> => {
      if (current === undefined || isDue(current.token, rejectedTokenSha256)) {
        const expiresAt = now() + lifetimeMs;
        current = await make(expiresAt);
        issued.set(current.token, expiresAt);
      }
      return current.credential;
    };
  }

  const sign = (claims: Record<string, unknown>, expiresAt: number) =>
    new SignJWT({ ...claims, jti: random(8) })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
      .setIssuer('https://auth.openai.com')
      .setIssuedAt(Math.floor(now() / 1000))
      .setExpirationTime(Math.floor(expiresAt / 1000))
      .sign(privateKey);

  return {
    github: renewing(async (expiresAt) => githubCredential(expiresAt)),
    claude: renewing(async (expiresAt) => claudeCredential(expiresAt)),
    codex: renewing((expiresAt) =>
      codexCredential((claims) => sign(claims, expiresAt), new Date(now()).toISOString()),
    ),
    isGood,
    revoke: (token) => void revoked.add(token),
    get tokens() {
      return [...issued.keys()];
    },
    publicKey: await exportJWK(publicKey),
  };
}

function githubCredential(expiresAt: number) {
  const token = `ghs_${random(18)}`;
  return { token, credential: { token, expiresAt: new Date(expiresAt).toISOString() } };
}

/** Without a refresh token: that one stays with the control plane. */
function claudeCredential(expiresAt: number) {
  const accessToken = `sk-ant-oat01-${random(24)}`;
  const scopes = ['user:inference', 'user:profile'];
  const claudeAiOauth = { accessToken, expiresAt, scopes, subscriptionType: 'max' };
  return { token: accessToken, credential: { type: 'oauth' as const, claudeAiOauth } };
}

async function codexCredential(sign: (claims: Record<string, unknown>) => Promise<string>, at: string) {
  const account_id = '00000000-0000-4000-8000-000000000042';
  const claim = {
    chatgpt_account_id: account_id,
    chatgpt_plan_type: 'pro',
    chatgpt_user_id: 'user-reference',
  };
  const claims = { 'https://api.openai.com/auth': claim, email: 'someone@example.com', sub: 'reference' };
  const token = await sign({ ...claims, aud: ['https://api.openai.com/v1'] });
  const id_token = await sign({ ...claims, aud: ['app_reference'] });
  const tokens = { id_token, access_token: token, refresh_token: '', account_id };
  return { token, credential: { type: 'oauth' as const, tokens, last_refresh: at } };
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
