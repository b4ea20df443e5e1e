import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { LoginTokens } from '../agents/login.ts';
import type { LoginProvider } from '../contract/credentials.ts';
import type { CredentialFile } from './credential-file.ts';
import { jsonCodec } from './json-codec.ts';

/** One way in which an agent can be logged in. */
export interface Login {
  kind: 'oauth' | 'apiKey' | 'bedrock';
  /** Of the secret in it, in hexadecimal digits: tells logins apart without showing them. */
  sha256: string;
  /** What a process needs in its environment to use it. */
  environment: Record<string, string>;
  /** Of a login that is handed over through the agent's protocol. */
  tokens: LoginTokens | null;
}

export function loginOf(
  kind: Login['kind'],
  secret: string,
  { environment = {}, tokens = null }: Partial<Pick<Login, 'environment' | 'tokens'>> = {},
): Login {
  return { kind, sha256: sha256(secret), environment, tokens };
}

export function sha256(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Those of these variables that are set. */
export function pick(
  env: Readonly<Record<string, string>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]] as const] : [])));
}

/** The login by the first of these keys; none where there is none. */
export function keysFrom(environment: Record<string, string>): Login[] {
  return Object.values(environment)
    .slice(0, 1)
    .map((key) => loginOf('apiKey', key, { environment }));
}

/** Logins in the order in which they are tried: the kind that was issued last first, no secret twice. */
export function inOrder(logins: readonly Login[], issued: string | undefined): Login[] {
  const ordered = [
    ...logins.filter(({ kind }) => kind === issued),
    ...logins.filter(({ kind }) => kind !== issued),
  ];
  return ordered.filter(
    ({ sha256: own }, index) => ordered.findIndex((other) => other.sha256 === own) === index,
  );
}

const LoginSchema = z.looseObject({
  /** What kind of login the control plane issued last: it comes first. */
  issued: z.string().optional(),
  apiKey: z.string().optional(),
});

const LoginsFileSchema = z.looseObject({ claude: LoginSchema.optional(), codex: LoginSchema.optional() });

export type LoginsFile = z.infer<typeof LoginsFileSchema>;

/** `~/.replicas/engine/logins.json`: the API keys that were issued, which have no file of their own elsewhere. */
export const loginsFile = jsonCodec(LoginsFileSchema, 2);

/** Remembers what was issued last, and keeps its key, which has no file elsewhere. Resolves with its kind. */
export async function noteIssued(
  logins: CredentialFile<LoginsFile>,
  provider: LoginProvider,
  credential: { type: Login['kind']; apiKey?: string },
): Promise<string> {
  const { type: issued, apiKey } = credential;
  const login = { issued, ...(apiKey !== undefined && { apiKey }) };
  await logins.update((content) => ({ ...content, [provider]: { ...content[provider], ...login } }));
  return issued;
}
