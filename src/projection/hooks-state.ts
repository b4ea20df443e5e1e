import type { HookKind } from '../contract/hooks.ts';
import type { HookRecord, HookRun, HooksRecord } from '../contract/hook-records.ts';
import type { LineRecord } from '../contract/records.ts';

/** What is known of hooks: folded from the journal's lines at boot, and kept up to date by the lines written since. */
export class HooksState {
  readonly #hooks = new Map<string, HookRecord>();
  #run: HookRun | null = null;
  #preparedBoot: string | null = null;
  #plannedBoot: string | null = null;

  constructor(record?: HooksRecord) {
    if (record === undefined) return;
    this.fold({ hooks: record.hooks });
    this.#run = record.run;
    this.#preparedBoot = record.preparedBoot;
  }

  /** The run that goes on, or was last. */
  get run(): HookRun | null {
    return this.#run;
  }

  isRunningIn(bootId: string): boolean {
    return this.#run?.bootId === bootId && this.#run.state === 'running';
  }

  /** The boot of the machine whose start hooks are over. */
  get preparedBoot(): string | null {
    return this.#preparedBoot;
  }

  /** The last record of each hook, in the order of their repositories. */
  get hooks(): HookRecord[] {
    return [...this.#hooks.values()].toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  }

  find(kind: HookKind, repoName: string): HookRecord | undefined {
    return this.#hooks.get(keyOf({ kind, repoName }));
  }

  /** Whether nothing of this repository's start hook is left to run in this boot. */
  isCompleted(repoName: string, bootId: string): boolean {
    const hook = this.find('start', repoName);
    if (hook?.bootId === bootId) return hook.status !== 'pending' && hook.status !== 'running';
    return this.#preparedBoot === bootId || this.#plannedBoot === bootId;
  }

  /** Says that it is known by now which start hooks there are in this boot. */
  notePlan(bootId: string): void {
    this.#plannedBoot = bootId;
  }

  fold({ hooks = [], hookRun, preparedBoot }: LineRecord): void {
    if (hookRun !== undefined) this.#forgetOtherBoots(hookRun.bootId);
    for (const hook of hooks) this.#hooks.set(keyOf(hook), hook);
    if (preparedBoot !== undefined) this.#preparedBoot = preparedBoot;
    if (hookRun === undefined) return;
    this.#run = hookRun;
    if (hookRun.state !== 'running') this.#settle(hookRun.runId);
  }

  /** Everything there is, for the checkpoint. */
  toRecord(): HooksRecord {
    return { run: this.#run, hooks: this.hooks, preparedBoot: this.#preparedBoot };
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

function keyOf({ kind, repoName }: Pick<HookRecord, 'kind' | 'repoName'>): string {
  return `${repoName}\0${kind}`;
}
