import { Actor, type ActorRefFrom, type InspectionEvent } from 'xstate';
import type { hookMachine } from '../../machines/hook.machine.ts';
import { isOpen } from '../../machines/hook.record.ts';
import type { startHooksMachine } from '../../machines/start-hooks.machine.ts';
import type { StartHooksEmitted } from '../../machines/start-hooks.setup.ts';
import type { HookRecord, HookRun } from '../contract/hook-records.ts';
import type { HooksState } from '../projection/hooks-state.ts';
import type { Recorder } from '../projection/recorder.ts';
import { guarded } from './guarded.ts';

type StartHooksActor = ActorRefFrom<typeof startHooksMachine>;
type HookActor = ActorRefFrom<typeof hookMachine>;

export interface HookBoardOptions {
  recorder: Recorder;
  state: HooksState;
  /** This boot of the machine. */
  bootId: string;
  /** Told when nothing of a repository's start hook is left to run. */
  onCompleted: () => void;
  logic: { startHooks: typeof startHooksMachine; hook: typeof hookMachine };
}

/** How hooks stand in this boot: records what they say, tells snapshots, and hands runs to the machine. */
export class HookBoard {
  readonly #options: HookBoardOptions;
  #actor: StartHooksActor | undefined;
  #waiting: (() => void)[] = [];

  constructor(options: HookBoardOptions) {
    this.#options = options;
  }

  get bootId(): string {
    return this.#options.bootId;
  }

  /** The run of this boot that goes on, or was last. */
  get run(): HookRun | null {
    const { state, bootId } = this.#options;
    return state.run?.bootId === bootId ? state.run : null;
  }

  get isRunning(): boolean {
    return this.#options.state.isRunningIn(this.bootId);
  }

  /** Nothing of the start hooks is left to run. */
  get isPrepared(): boolean {
    return this.#options.state.preparedBoot === this.bootId;
  }

  get hooks(): HookRecord[] {
    return this.#options.state.hooks.filter(({ bootId }) => bootId === this.bootId);
  }

  /** Says that it is known by now which hooks there are. */
  notePlan(): void {
    this.#options.state.notePlan(this.bootId);
    this.#options.onCompleted();
  }

  start(run: HookRun, hooks: HookRecord[]): void {
    this.#send({ type: 'hooks.run', run, hooks });
  }

  /** Takes up the run that the last engine began. */
  resume(run: HookRun): void {
    const hooks = this.hooks.filter(({ runId }) => runId === run.runId);
    this.#send({ type: 'hooks.resume', run, hooks });
  }

  /** The machine broke and was begun anew: it takes up what it was at, or what it was at has failed. */
  crashed(isGivenUp: boolean): void {
    const { run } = this;
    if (run?.state !== 'running') return;
    if (isGivenUp) this.#note(failureOf(run));
    else this.resume(run);
  }

  /** Announces repositories whose file is wrong. */
  reportInvalid(hooks: readonly HookRecord[]): void {
    for (const hook of hooks) {
      const { repoName, kind, error } = hook;
      const record = { hooks: [hook] };
      this.#options.state.fold(record);
      const payload = { running: this.isRunning, completed: !this.isRunning, repoName, kind };
      this.#options.recorder.record([
        { type: 'hooks.status', payload: { ...payload, ...(error === undefined ? {} : { error }) }, record },
      ]);
    }
  }

  /** Resolves when no run goes on. */
  async settled(): Promise<void> {
    while (this.isRunning) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Given to the root actor as an inspector: it hears of the actors before they do anything. */
  readonly inspect = (event: InspectionEvent): void => {
    if (event.type !== '@xstate.actor') return;
    if (this.#isOfRuns(event.actorRef)) this.#listenToRuns(event.actorRef);
    if (this.#isOfHook(event.actorRef)) this.#listenToHook(event.actorRef);
  };

  #isOfRuns(actor: unknown): actor is StartHooksActor {
    return actor instanceof Actor && actor.logic === this.#options.logic.startHooks;
  }

  #isOfHook(actor: unknown): actor is HookActor {
    return actor instanceof Actor && actor.logic === this.#options.logic.hook;
  }

  #send(event: Parameters<StartHooksActor['send']>[0]): void {
    if (this.#actor === undefined) throw new Error('Hooks were asked to run before the root actor started.');
    this.#actor.send(event);
  }

  #listenToRuns(actor: StartHooksActor): void {
    this.#actor = actor;
    actor.on(
      '*',
      guarded(actor, (event) => this.#note(event)),
    );
  }

  #note(event: StartHooksEmitted): void {
    if (event.record !== undefined) this.#options.state.fold(event.record);
    this.#options.recorder.record([event]);
    if (this.isRunning) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #listenToHook(actor: HookActor): void {
    const { state, recorder, onCompleted } = this.#options;
    actor.on(
      'hook.changed',
      guarded(actor, ({ hook }) => state.fold({ hooks: [hook] })),
    );
    actor.on(
      'hooks.progress',
      guarded(actor, (event) => {
        state.fold(event.record);
        recorder.record([event]);
        if (!actor.getSnapshot().context.hook.commands.some(isOpen)) onCompleted();
      }),
    );
  }
}

function failureOf(run: HookRun): StartHooksEmitted {
  const { runId, kind } = run;
  return {
    type: 'hooks.failed',
    payload: { runId, kind, running: false, completed: true },
    record: { hookRun: { ...run, state: 'failed' } },
  };
}
