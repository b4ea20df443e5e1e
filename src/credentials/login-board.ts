import {
  Actor,
  fromPromise,
  waitFor,
  type InspectionEvent,
  type SnapshotFrom,
  type Subscription,
} from 'xstate';
import { loginInUse, type KnownLogin } from '../../machines/login.choice.ts';
import type { loginMachine } from '../../machines/login.machine.ts';
import type { LoginEvent, LoginInput } from '../../machines/login.setup.ts';
import type { AgentLogin, RejectionOutcome } from '../agents/login.ts';
import type { CredentialsFile, LoginProvider } from '../contract/credentials.ts';
import type { Login } from './login.ts';
import type { CredentialBoard } from './credential-board.ts';
import { guarded } from '../journal/record-actors.ts';

type LoginLogic = typeof loginMachine;
type Refused = NonNullable<CredentialsFile['refused']>;

/** What there is to log one agent in with. */
export interface LoginSource {
  /** Every login there is now, the one to use first. */
  list: () => Login[];
  /** Puts a login in place that takes over from one that was refused. */
  use?: (login: Login) => Promise<void>;
  /** The environment without any login. */
  environment: () => Readonly<Record<string, string>>;
  /** So long after another login took over a refusal may still be about the one before, in milliseconds. */
  echoMs: number;
}

export interface LoginBoardOptions {
  logic: LoginLogic;
  credentials: Pick<CredentialBoard, 'settled' | 'request'>;
  sources: Record<LoginProvider, LoginSource>;
  /** What the last engine knew. */
  saved: Refused;
  /** Keeps what the next engine should know. */
  save: (refused: Refused) => void;
}

/** The logins of agents: between the actors that hold their state, the files they stand in, and the drivers. */
export class LoginBoard {
  readonly logic: LoginLogic;
  readonly logins: Record<LoginProvider, AgentLogin>;
  readonly #options: LoginBoardOptions;
  readonly #actors = new Map<LoginProvider, Actor<LoginLogic>>();
  readonly #listeners: Record<LoginProvider, Set<() => void>> = { claude: new Set(), codex: new Set() };
  #refused: Refused;

  constructor(options: LoginBoardOptions) {
    this.#options = options;
    this.#refused = options.saved;
    this.logic = this.#provide(options);
    this.logins = { claude: this.#loginOf('claude'), codex: this.#loginOf('codex') };
  }

  /** Says that another login was put in place. */
  changed(provider: LoginProvider): void {
    this.#actors.get(provider)?.send({ type: 'login.changed', logins: this.#known(provider) });
  }

  /** How the provider's agent is logged in; null when it is not. */
  methodOf(provider: LoginProvider): Login['kind'] | null {
    return this.#inUse(provider)?.kind ?? null;
  }

  /** In which state each is. */
  states(): { provider: LoginProvider; state: string }[] {
    return [...this.#actors].map(([provider, actor]) => ({ provider, state: actor.getSnapshot().value }));
  }

  /** Given to the root actor as an inspector: it hears of the actors before they do anything. */
  readonly inspect = ({ type, actorRef }: InspectionEvent): void => {
    if (type === '@xstate.actor' && actorRef instanceof Actor && actorRef.logic === this.logic)
      this.#listen(actorRef as Actor<LoginLogic>);
  };

  #listen(actor: Actor<LoginLogic>): void {
    const { provider } = actor.options.input as LoginInput;
    this.#actors.set(provider, actor);
    const tell = () => {
      for (const listener of this.#listeners[provider]) listener();
    };
    actor.on('login.changed', guarded(actor, tell));
    actor.subscribe({
      next: guarded(actor, ({ context }) => this.#keep(provider, context.refused)),
      error: () => undefined, // its supervisor hears of it
    });
  }

  #keep(provider: LoginProvider, refused: string[]): void {
    if (refused.join() === (this.#refused[provider] ?? []).join()) return;
    this.#refused = { ...this.#refused, [provider]: refused };
    this.#options.save(this.#refused);
  }

  #provide({ logic, credentials, sources }: LoginBoardOptions): LoginLogic {
    const known = (provider: LoginProvider) => this.#known(provider);
    return logic.provide({
      actors: {
        recallRefused: fromPromise(async ({ input: { provider } }) => this.#refused[provider] ?? []),
        awaitFirstRefresh: fromPromise(async ({ input: { provider } }) => {
          // An agent also keeps the environment for GitHub that it was launched with.
          await Promise.all([credentials.settled(provider), credentials.settled('github')]);
          return known(provider);
        }),
        awaitRefresh: fromPromise(async ({ input: { provider } }) => {
          await credentials.settled(provider);
          return known(provider);
        }),
        refreshLogin: fromPromise(async ({ input: { provider, rejected } }) => {
          const sha = rejected === null ? {} : { rejectedTokenSha256: rejected };
          credentials.request(provider, { reason: 'rejected', ...sha });
          await credentials.settled(provider);
          return known(provider);
        }),
        useLogin: fromPromise(async ({ input: { provider, next } }) => {
          const login = sources[provider].list().find(({ sha256 }) => sha256 === next);
          if (login !== undefined) await sources[provider].use?.(login);
          return known(provider);
        }),
      },
      delays: { echo: ({ context }) => sources[context.provider].echoMs },
    });
  }

  #known(provider: LoginProvider): KnownLogin[] {
    return this.#options.sources[provider].list().map(({ kind, sha256, environment }) => ({
      kind,
      sha256,
      hasEnvironment: Object.keys(environment).length > 0,
    }));
  }

  #inUse(provider: LoginProvider): Login | undefined {
    const refused =
      this.#actors.get(provider)?.getSnapshot().context.refused ?? this.#refused[provider] ?? [];
    return loginInUse(this.#options.sources[provider].list(), refused);
  }

  #loginOf(provider: LoginProvider): AgentLogin {
    const { environment } = this.#options.sources[provider];
    const actor = () => this.#actors.get(provider);
    const inUse = () => this.#inUse(provider);
    const listeners = this.#listeners[provider];
    return {
      ready: async () => {
        const own = actor();
        const isKnown = (snapshot: SnapshotFrom<LoginLogic>) => !snapshot.matches('unknown');
        if (own !== undefined) await waitFor(own, isKnown).catch(() => undefined); // it broke: nothing is awaited
      },
      environment: () => ({ ...environment(), ...inUse()?.environment }),
      tokens: () => inUse()?.tokens ?? null,
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      rejected: async ({ hasEnvironment } = { hasEnvironment: false }) => {
        const own = actor();
        if (own === undefined) return 'refused';
        return ask(own, { type: 'login.rejected', hasEnvironment, logins: this.#known(provider) });
      },
    };
  }
}

type Report = Extract<LoginEvent, { type: 'login.rejected' }>;

/** What the actor answers. One that broke or came to its end knows of no other login. */
async function ask(actor: Actor<LoginLogic>, report: Report): Promise<RejectionOutcome> {
  if (actor.getSnapshot().status !== 'active') return 'refused';
  const subscriptions: Subscription[] = [];
  const answer = new Promise<RejectionOutcome>((resolve) => {
    const over = () => resolve('refused');
    const verdict = actor.on('*', ({ type }) => {
      if (type !== 'login.changed') resolve(OUTCOMES[type]);
    });
    subscriptions.push(verdict, actor.subscribe({ error: over, complete: over }));
  });
  actor.send(report);
  return answer.finally(() => subscriptions.forEach((subscription) => subscription.unsubscribe()));
}

const OUTCOMES = {
  'login.renewed': 'renewed',
  'login.replaced': 'replaced',
  'login.refused': 'refused',
} as const;
