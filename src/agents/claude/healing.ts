import type { Policy } from '../../contract/chats.ts';
import { configurationOf, type AgentContext } from '../agent-context.ts';
import { findInstallation } from '../installation.ts';
import type { RejectionOutcome } from '../login.ts';
import type { ClaudeProcess } from './claude-process.ts';
import { isLoginRefused, LOGIN_REQUIRED, mayBeCarriedOn } from './decide.ts';
import { cutShort } from './ending.ts';

export interface HealingOptions {
  context: AgentContext;
  policy: Policy;
  /** The process works for the chat, and the chat is not let go. */
  isCurrent: (process: ClaudeProcess) => boolean;
  /** Someone has to log in: the turn is to end with what is said in it. */
  onRejected: () => void;
}

interface Verdict {
  outcome: RejectionOutcome;
  /** The process cannot know of the login that is in use now. */
  isOutdated: boolean;
}

/** Answers the refusal of a login: reports it once, then lets the agent try again, replaces it, or gives up. */
export class Healing {
  readonly #options: HealingOptions;
  #reported: ClaudeProcess | null = null;
  #verdict: Verdict | null = null;

  constructor(options: HealingOptions) {
    this.#options = options;
  }

  /** To be told of each state of the process. */
  watch(process: ClaudeProcess): void {
    if (!isLoginRefused(process.state)) {
      this.#reported = null;
    } else if (this.#reported !== process) {
      this.#reported = process;
      this.#verdict = null;
      void this.#report(process);
    } else this.#act(process);
  }

  async #report(process: ClaudeProcess): Promise<void> {
    const verdict = await this.#ask(process);
    if (this.#reported !== process || !this.#options.isCurrent(process)) return;
    this.#verdict = verdict;
    this.#act(process);
  }

  async #ask(process: ClaudeProcess): Promise<Verdict> {
    const { login, log } = this.#options.context;
    const hasEnvironment = !(await this.#isOutdated(process));
    const outcome = await login.rejected({ hasEnvironment }).catch((error: unknown) => {
      log.error({ err: error }, 'a rejected login could not be renewed');
      return 'refused' as const;
    });
    return { outcome, isOutdated: await this.#isOutdated(process) };
  }

  async #isOutdated({ configuration }: ClaudeProcess): Promise<boolean> {
    const { context, policy } = this.#options;
    const installation = await findInstallation(context.findProgram());
    if (installation === null) return false;
    return configuration !== configurationOf(context.login.environment(), installation.identity, policy);
  }

  #act(process: ClaudeProcess): void {
    const { turn } = process.state;
    if (this.#verdict === null || turn === null || turn.rejection !== null || process.isLeaving) return;
    const { outcome, isOutdated } = this.#verdict;
    // A login in a file is read again by the agent, which tries a second time by itself.
    if (outcome !== 'refused' && !isOutdated && turn.end === null) return;
    const isNextLogin = outcome === 'replaced';
    const isHealed = outcome !== 'refused' && mayBeCarriedOn(process.state, isNextLogin);
    if (isHealed) return this.#replace(process, isNextLogin);
    process.state = { ...process.state, turn: { ...turn, rejection: LOGIN_REQUIRED } };
    this.#options.onRejected();
  }

  #replace(process: ClaudeProcess, isNextLogin: boolean): void {
    const { log } = this.#options.context;
    process.replaced = { isNextLogin };
    cutShort(process).catch((error: unknown) => log.error({ err: error }, 'an agent cannot be replaced'));
  }
}
