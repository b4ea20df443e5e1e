import type { HookRecord, HookRun, HooksRecord } from '../../contract/hook-records.ts';
import type { LineRecord } from '../../contract/records.ts';

/**
 * How hooks stand in this boot of the machine: folded from the journal's lines when the engine starts, and kept up to
 * date by the lines written since.
 */
export class HooksState {
  readonly bootId: string;
  readonly #hooks = new Map<string, HookRecord>();
  #run: HookRun | null = null;
  #preparedBoot: string | null = null;
  #isPlanned = false;
  #waiting: (() => void)[] = [];
  /** Told when nothing of a repository's start hook is left to run. */
  onCompleted: () => void = () => undefined;

  constructor(bootId: string, record?: HooksRecord) {
    this.bootId = bootId;
    if (record === undefined) return;
    this.fold({ hooks: record.hooks });
    this.#run = record.run;
    this.#preparedBoot = record.preparedBoot;
  }

  /** The run of this boot that goes on, or was last. */
  get run(): HookRun | null {
    return this.#run?.bootId === this.bootId ? this.#run : null;
  }

  get isRunning(): boolean {
    return this.run?.state === 'running';
  }

  /** Nothing of the start hooks is left to run. */
  get isPrepared(): boolean {
    return this.#preparedBoot === this.bootId;
  }

  /** What says that the start hooks of this boot are over. */
  get prepared(): LineRecord {
    return { preparedBoot: this.bootId };
  }

  /** The last record of each hook of this boot, in the order of their repositories. */
  get hooks(): HookRecord[] {
    return this.#sorted.filter(({ bootId }) => bootId === this.bootId);
  }

  /** Whether nothing of this repository's start hook is left to run. */
  isCompleted(repoName: string): boolean {
    const hook = this.#hooks.get(keyOf({ kind: 'start', repoName }));
    if (hook?.bootId === this.bootId) return hook.status !== 'pending' && hook.status !== 'running';
    return this.isPrepared || this.#isPlanned;
  }

  /** Says that it is known by now which start hooks there are. */
  notePlan(): void {
    this.#isPlanned = true;
    this.onCompleted();
  }

  /** Resolves when no run goes on. */
  async settled(): Promise<void> {
    while (this.isRunning) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  fold({ hooks = [], hookRun, preparedBoot }: LineRecord): void {
    if (hookRun !== undefined) this.#forgetOtherBoots(hookRun.bootId);
    for (const hook of hooks) this.#hooks.set(keyOf(hook), hook);
    if (preparedBoot !== undefined) this.#preparedBoot = preparedBoot;
    if (hookRun === undefined) return;
    this.#run = hookRun;
    if (hookRun.state === 'running') return;
    this.#settle(hookRun.runId);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Everything there is, for the checkpoint. */
  toRecord(): HooksRecord {
    return { run: this.#run, hooks: this.#sorted, preparedBoot: this.#preparedBoot };
  }

  get #sorted(): HookRecord[] {
    return [...this.#hooks.values()].toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  }

  #forgetOtherBoots(bootId: string): void {
    for (const [key, hook] of this.#hooks) if (hook.bootId !== bootId) this.#hooks.delete(key);
  }

  /** A run that is over has no hook that still runs. */
  #settle(runId: string): void {
    for (const [key, hook] of this.#hooks) {
      if (hook.runId !== runId || (hook.status !== 'running' && hook.status !== 'pending')) continue;
      this.#hooks.set(key, { ...hook, status: 'interrupted' });
    }
  }
}

/** The environment's comes first: no repository has an empty name. */
function keyOf({ kind, repoName, hookType }: Pick<HookRecord, 'kind' | 'repoName' | 'hookType'>): string {
  return `${hookType === undefined ? repoName : ''}\0${kind}`;
}
