import { createHash } from 'node:crypto';
import type { LoginTokens } from '../agents/login.ts';

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
