import type { Log } from '../../log.ts';
import { isWithin } from '../within.ts';
import type { CodexServer } from './server.ts';
import { activeTurns, toolsOpenedSince, type CodexState } from './state.ts';
import { killTools } from './tools.ts';

export interface InterruptionOptions {
  chatId: string;
  log: Log;
  /** How the thread stands now. */
  state: () => CodexState;
}

/** How long the agent may take to end the commands of an interrupted turn before they are killed. */
const CLEANING_MS = 2_000;

/** From an interrupt to the end of what it ends: tells each turn to end, and ends what its tools run. */
export class Interruption {
  readonly #options: InterruptionOptions;
  /** Turns that were told. */
  #told: Set<string> | null = null;
  #since: number | null = null;

  constructor(options: InterruptionOptions) {
    this.#options = options;
  }

  get isUnderWay(): boolean {
    return this.#told !== null;
  }

  begin(): void {
    this.#told ??= new Set();
  }

  /** Tells each turn that goes on to end; to be called with each new state, as one may begin after the interrupt. */
  pursue(server: CodexServer | null): void {
    const told = this.#told;
    if (told === null) return;
    this.#widen();
    const untold = activeTurns(this.#options.state()).filter(({ turnId }) => !told.has(turnId));
    for (const turn of untold) {
      told.add(turn.turnId);
      server?.request('turn/interrupt', turn).catch((error: unknown) => {
        this.#options.log.debug({ err: error, chatId: this.#options.chatId }, 'not interrupted');
      });
    }
  }

  /** An interrupt leaves the commands of the turn running: they are ended after it. */
  async clean(server: CodexServer): Promise<void> {
    this.#widen();
    const { threadId, children } = this.#options.state();
    const threads = [...(threadId === null ? [] : [threadId]), ...Object.keys(children)];
    const answers = threads.map((id) => server.request('thread/backgroundTerminals/clean', { threadId: id }));
    await isWithin(Promise.allSettled(answers), CLEANING_MS);
    await this.killTools(server);
  }

  /** Kills what the tools run that were open since the interrupt. */
  async killTools({ run }: CodexServer): Promise<void> {
    this.#widen();
    const since = this.#since;
    this.#since = null;
    await killTools(run, { chatId: this.#options.chatId, since });
  }

  end(): void {
    this.#told = null;
  }

  #widen(): void {
    const since = toolsOpenedSince(this.#options.state());
    if (since !== null) this.#since = Math.min(since, this.#since ?? since);
  }
}
