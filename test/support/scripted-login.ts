import type { AgentLogin } from '../../src/agents/login.ts';

export interface Login extends Pick<Partial<AgentLogin>, 'environment' | 'tokens'> {
  /** Puts the login to where the agent looks for it. */
  install?: () => Promise<void>;
}

export interface ScriptedLogin extends AgentLogin {
  /** How often the login was reported as refused, and something was done about it. */
  readonly refreshes: number;
  /** Replaces the login as if a scheduled refresh had done so. */
  replace(login: Login): Promise<void>;
}

/**
 * A login that a test holds the replacement of; without one, someone has to log in. Each later refusal is one of the
 * login before, and gets the same answer.
 */
export async function createScriptedLogin(
  first: Login,
  { environment, next }: { environment: Readonly<Record<string, string>>; next: () => Promise<Login | null> },
): Promise<ScriptedLogin> {
  let current = first;
  let refreshes = 0;
  let refreshing: Promise<'renewed' | 'refused'> | null = null;
  const listeners = new Set<() => void>();
  const replace = async (login: Login) => {
    current = login;
    await login.install?.();
    for (const listener of listeners) listener();
  };
  const refresh = async () => {
    refreshes += 1;
    const login = await next();
    if (login !== null) await replace(login);
    return login === null ? ('refused' as const) : ('renewed' as const);
  };
  await first.install?.();
  return {
    get refreshes() {
      return refreshes;
    },
    replace,
    ready: () => Promise.resolve(),
    environment: () => ({ ...environment, ...current.environment?.() }),
    tokens: () => current.tokens?.() ?? null,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    rejected() {
      refreshing ??= refresh();
      return refreshing;
    },
  };
}
