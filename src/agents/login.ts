/**
 * What the driver of one agent knows of the login of its provider, and tells about it. The credentials of the engine
 * stand behind it; a driver never reads or writes a credential file.
 */
export interface AgentLogin {
  /** Resolves once the refresh of the start has ended, whatever came of it, and after ten seconds at the latest. */
  ready(): Promise<void>;
  /**
   * The whole environment of a process of this agent: what would win over the login in use is withheld, a key in use is
   * added. It changes when the login does; a process that was launched with another one is replaced when it rests.
   */
  environment(): Readonly<Record<string, string>>;
  /** The OAuth tokens in use, for an agent that is handed them through its protocol; null with any other login. */
  tokens(): LoginTokens | null;
  /** Calls back after each change of the login, until the returned function is called. */
  onChange(listener: () => void): () => void;
  /**
   * Reports that the model's API refused the login in use. Refreshes it, or falls back to the next login there is;
   * callers at the same time share one refresh.
   */
  rejected(report?: RejectionReport): Promise<RejectionOutcome>;
}

export interface RejectionReport {
  /** Who reports it was launched with the environment of now: a key in it is the one that was refused. */
  hasEnvironment: boolean;
}

/**
 * `renewed`: try again now; `replaced`: likewise, with the next of the logins that there are; `refused`: someone has to
 * log in.
 */
export type RejectionOutcome = 'renewed' | 'replaced' | 'refused';

export interface LoginTokens {
  idToken: string;
  accessToken: string;
  accountId: string;
}

/** The login of an agent that nobody manages: whatever the environment and the agent's own files say. */
export function createPlainLogin(environment: Readonly<Record<string, string>>): AgentLogin {
  return {
    ready: () => Promise.resolve(),
    environment: () => environment,
    tokens: () => null,
    onChange: () => () => {},
    rejected: () => Promise.resolve('refused'),
  };
}
