import { waitFor, type ActorRefFrom } from 'xstate';
import type { credentialMachine } from '../../machines/credential.machine.ts';
import type { CredentialEmitted } from '../../machines/credential.setup.ts';
import type {
  CredentialHealth,
  CredentialProvider,
  CredentialsFile,
  TokenRefreshHealth,
} from '../contract/credentials.ts';
import type { RefreshRequest } from '../contract/monolith.ts';

export type CredentialActor = ActorRefFrom<typeof credentialMachine>;

export interface CredentialBoardOptions {
  /** What the last engine knew. */
  saved: CredentialsFile['providers'];
  /** Keeps what the next engine should know. */
  save: (providers: CredentialsFile['providers']) => void;
}

const UNKNOWN: CredentialHealth = {
  state: 'absent',
  source: null,
  lastSuccessAt: null,
  lastAttemptAt: null,
  nextAttemptAt: null,
  expiresAt: null,
  consecutiveFailures: 0,
  lastError: null,
};

/** How the credentials stand, and the way to their actors. */
export class CredentialBoard {
  readonly #options: CredentialBoardOptions;
  readonly #actors = new Map<CredentialProvider, CredentialActor>();
  readonly #health: TokenRefreshHealth['providers'];

  constructor(options: CredentialBoardOptions) {
    const { saved } = options;
    this.#options = options;
    this.#health = {
      github: { ...UNKNOWN, ...saved.github },
      claude: { ...UNKNOWN, ...saved.claude },
      codex: { ...UNKNOWN, ...saved.codex },
    };
  }

  health(): TokenRefreshHealth {
    return { providers: structuredClone(this.#health) };
  }

  /** Settles when no refresh is under way. */
  async settled(provider: CredentialProvider): Promise<void> {
    const actor = this.#actors.get(provider);
    // It rejects when the actor breaks: then nothing is under way either.
    if (actor !== undefined)
      await waitFor(actor, (snapshot) => !snapshot.matches('refreshing')).catch(() => undefined);
  }

  /** Asks for a refresh; one that is under way already will do. */
  request(provider: CredentialProvider, cause: RefreshRequest): void {
    this.#actors.get(provider)?.send({ type: 'refresh.request', ...cause });
  }

  clockJumped(): void {
    for (const actor of this.#actors.values()) actor.send({ type: 'clock.jumped' });
  }

  /** Takes in how a credential stands now. */
  note(actor: CredentialActor, { provider, state }: CredentialHealthChange): void {
    const { context } = actor.getSnapshot();
    const before = this.#health[provider];
    const now = Date.now();
    this.#actors.set(provider, actor);
    this.#health[provider] = {
      state,
      source: context.source ?? before.source,
      lastSuccessAt: state === 'fresh' ? toText(now) : before.lastSuccessAt,
      lastAttemptAt: state === 'refreshing' ? toText(now) : before.lastAttemptAt,
      nextAttemptAt: state === 'refreshing' ? null : toText(now + context.waitMs),
      expiresAt: context.source === null ? before.expiresAt : toText(context.expiresAt),
      consecutiveFailures: context.consecutiveFailures,
      lastError: context.lastError,
    };
    if (state === 'fresh') this.#options.save(this.#known());
  }

  #known(): CredentialsFile['providers'] {
    const entries = Object.entries(this.#health).map(([provider, { source, lastSuccessAt, expiresAt }]) => [
      provider,
      { source, lastSuccessAt, expiresAt },
    ]);
    return Object.fromEntries(entries) as CredentialsFile['providers'];
  }
}

type CredentialHealthChange = Extract<CredentialEmitted, { type: 'credentials.changed' }>['payload'];

function toText(time: number | null): string | null {
  return time === null || Number.isNaN(time) ? null : new Date(time).toISOString();
}
