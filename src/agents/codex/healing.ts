import type { Failure } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import { LOGIN_REQUIRED, mayBeCarriedOn } from './login.ts';
import type { Planning, PlannedThread } from './planning.ts';
import type { TurnProgress } from './state.ts';

export interface HealedThread extends PlannedThread {
  interrupt(): void;
}

/** Answers the refusal of a login: reports it once, then lets Codex try again, carries the turn on, or gives up. */
export class Healing {
  readonly #planning: Planning;
  /** The round whose refusal was reported. */
  #reported: string | null = null;
  #verdict: 'renewed' | 'refused' | null = null;

  constructor(planning: Planning) {
    this.#planning = planning;
  }

  /** To be told of each state of the thread. */
  watch(thread: HealedThread): void {
    const { turn } = thread.state;
    if (turn === null || !isRefused(turn)) {
      this.#reported = null;
    } else if (this.#reported !== keyOf(turn)) {
      this.#reported = keyOf(turn);
      this.#verdict = null;
      void this.#report(thread, keyOf(turn));
    } else this.#act(thread);
  }

  async #report(thread: HealedThread, key: string): Promise<void> {
    const verdict = await thread.process?.account.rejected();
    if (this.#reported !== key || verdict === undefined) return;
    this.#verdict = verdict;
    this.#act(thread);
  }

  #act(thread: HealedThread): void {
    const { turn } = thread.state;
    if (this.#verdict === null || turn === null || turn.rejection !== null) return;
    const isRenewed = this.#verdict === 'renewed';
    if (isRenewed && turn.refusal === null) return;
    if (isRenewed && mayBeCarriedOn(turn)) return this.#carryOn(thread, turn);
    thread.state = { ...thread.state, turn: { ...turn, rejection: LOGIN_REQUIRED } };
    if (turn.refusal === null) thread.interrupt();
    else this.#conclude(thread, turn.refusal);
  }

  /** Without another word: the thread ends with what the model was to answer. */
  #carryOn(thread: HealedThread, { planMode, refusal }: TurnProgress): void {
    this.#verdict = null;
    const failed = (error: unknown) => {
      const failure: Failure = { code: 'agent_error', message: `Codex cannot go on: ${String(error)}` };
      this.#conclude(thread, { ...refusal, outcome: 'errored', error: failure });
    };
    this.#planning.goOn(thread, { planMode, text: '' }).catch(failed);
  }

  #conclude(thread: HealedThread, end: TurnEnd): void {
    thread.conclude(end);
  }
}

function isRefused({ isLoginRejected, refusal }: TurnProgress): boolean {
  return isLoginRejected || refusal !== null;
}

function keyOf({ clientId, round }: TurnProgress): string {
  return `${clientId}/${round}`;
}
