import type { AgentLogin, LoginTokens, RejectionOutcome, RejectionReport } from '../agents/login.ts';
import type { Login } from './login.ts';

/** The refreshes of one provider. */
export interface Refresher {
  /** Settles when the refresh of the start is over, in ten seconds at the latest. */
  ready(): Promise<void>;
  /** Settles when no refresh is under way. */
  settled(): Promise<void>;
  /** Asks the control plane for another credential; settles when it has come, or not. */
  replace(rejectedTokenSha256: string | undefined): Promise<void>;
}

export interface LoginChainOptions {
  refresher: Refresher;
  /** Every login there is now, the one to use first. */
  list: () => Login[];
  /** Puts a login in place that takes over from one that was refused. */
  use?: (login: Login) => Promise<void>;
  /** The environment without any login. */
  environment: () => Readonly<Record<string, string>>;
  /** A monotonic clock, in milliseconds. */
  now: () => number;
}

/** So long after a renewal a rejection is still about the login before it: several turns met it at once. */
const ECHO_MS = 1_000;

/** The login of an agent: the first of those there are that was not refused. */
export class LoginChain implements AgentLogin {
  readonly #options: LoginChainOptions;
  readonly #listeners = new Set<() => void>();
  /** Secrets that were refused, and that nobody replaced. */
  readonly #refused = new Set<string>();
  #rejection: Promise<RejectionOutcome> | null = null;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LoginChainOptions) {
    this.#options = options;
  }

  ready(): Promise<void> {
    return this.#options.refresher.ready();
  }

  environment(): Readonly<Record<string, string>> {
    return { ...this.#options.environment(), ...this.#login?.environment };
  }

  tokens(): LoginTokens | null {
    return this.#login?.tokens ?? null;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Says that another login was put in place. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  rejected(report: RejectionReport = { hasEnvironment: false }): Promise<RejectionOutcome> {
    if (this.#isEcho(report)) return Promise.resolve('renewed');
    this.#rejection ??= this.#replace().finally(() => (this.#rejection = null));
    return this.#rejection;
  }

  get #login(): Login | undefined {
    const logins = this.#options.list();
    return logins.find(({ sha256 }) => !this.#refused.has(sha256)) ?? logins[0];
  }

  #isEcho({ hasEnvironment }: RejectionReport): boolean {
    const isKeyKnown = hasEnvironment && Object.keys(this.#login?.environment ?? {}).length > 0;
    return !isKeyKnown && this.#options.now() - this.#renewedAt < ECHO_MS;
  }

  async #replace(): Promise<RejectionOutcome> {
    const { refresher } = this.#options;
    const before = this.#login?.sha256;
    await refresher.settled();
    if (this.#login?.sha256 === before) await refresher.replace(before);
    const outcome = this.#login?.sha256 === before ? await this.#fallBack(before) : 'renewed';
    if (outcome !== 'refused') this.#renewedAt = this.#options.now();
    return outcome;
  }

  /** When nothing is left to try, the next turn begins with the first one again: it may have been mended. */
  async #fallBack(refused: string | undefined): Promise<RejectionOutcome> {
    if (refused !== undefined) this.#refused.add(refused);
    const next = this.#options.list().find(({ sha256 }) => !this.#refused.has(sha256));
    if (next === undefined) {
      this.#refused.clear();
      return 'refused';
    }
    await this.#options.use?.(next);
    this.changed();
    return 'replaced';
  }
}
