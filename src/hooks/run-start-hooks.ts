import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { fromPromise } from 'xstate';
import type { StartHooksEvent } from '../../machines/start-hooks.setup.ts';
import type { HookKind } from '../contract/hooks.ts';
import type { HookRecord, HookRun } from '../contract/hook-records.ts';
import type { HookLog } from './hook-log.ts';
import { describeWarnings, readRepositoryConfig } from './repository-config.ts';
import { isAlive } from '../processes/identify.ts';
import { allProcessIds, openFilesOf } from '../processes/process-table.ts';
import { runsIn } from '../processes/run.ts';
import { endFamily } from '../processes/terminate.ts';
import { planHooks, type Repository } from './plan-hooks.ts';
import type { HooksState } from '../journal/projection/hooks-state.ts';
import type { Recorder } from '../journal/projection/recorder.ts';

export interface HookRunsOptions {
  recorder: Pick<Recorder, 'tell'>;
  state: HooksState;
  toHooks: (event: StartHooksEvent) => void;
  log: HookLog;
  /** Folder of the processes of hooks. */
  folder: string;
  /** Where the environment's hook runs; left out when it is not to run. */
  home?: string | undefined;
  repositories: () => Repository[];
}

/** Runs the start hooks of this boot, unless they ran already; takes up what the last engine began. */
export function runStartHooks(options: HookRunsOptions) {
  return fromPromise<void, undefined>(async () => {
    const { state } = options;
    const { run } = state;
    if (run?.trigger === 'boot') state.notePlan();
    if (state.isRunning) options.toHooks(resumeOf(state));
    if (state.isPrepared) return;
    await state.settled();
    if (run?.trigger === 'boot') return;
    await beginRun(options, planRun(options, { kind: 'start', trigger: 'boot' }));
    state.notePlan();
    await state.settled();
  });
}

/** Takes up the run that another engine, or another actor of this one, began. */
export function resumeOf({ run, hooks }: HooksState): StartHooksEvent {
  if (run === null) throw new Error('There is no run of hooks to take up.');
  return { type: 'hooks.resume', run, hooks: hooks.filter(({ runId }) => runId === run.runId) };
}

export interface PlannedRun {
  run: HookRun;
  valid: HookRecord[];
  invalid: HookRecord[];
}

/** What a run would be: hooks with something to do, and files that are wrong. */
export function planRun(
  { state, log, home, repositories }: HookRunsOptions,
  { kind, trigger }: { kind: HookKind; trigger: HookRun['trigger'] },
): PlannedRun {
  const { bootId } = state;
  const runId = randomUUID();
  const found = repositories();
  for (const { name, folder } of found) {
    const warnings = describeWarnings(readRepositoryConfig(folder));
    if (warnings !== '') void log.note(name, `◼ ${warnings.replaceAll('\n', '; ')}`);
  }
  const hooks = planHooks({ repositories: found, home, kind, runId, bootId });
  return {
    run: { runId, bootId, kind, trigger, state: 'running' },
    valid: hooks.filter(({ status }) => status === 'pending'),
    invalid: hooks.filter(({ status }) => status === 'invalid'),
  };
}

/** Starts the hooks that have something to do, forgets what their last run left, and tells of files that are wrong. */
export async function beginRun(
  { recorder, state, toHooks, log, folder }: HookRunsOptions,
  { run, valid, invalid }: PlannedRun,
): Promise<void> {
  if (valid.length > 0) {
    toHooks({ type: 'hooks.run', run, hooks: valid });
    const known = new Set(state.hooks.flatMap(({ steps }) => steps.map(({ processId }) => processId)));
    log.retain(known);
    await clearProcesses(folder, known);
  }
  for (const hook of invalid) recorder.tell('hookFiles', { type: 'hookFile.refused', hook });
}

/**
 * Removes the folders of all processes but these. What an ended process left running on purpose stays, and so does the folder
 * it prints into: once removed, the file would grow where nobody could cut it.
 */
async function clearProcesses(folder: string, known: ReadonlySet<string>): Promise<void> {
  for (const run of runsIn(folder).filter(({ id }) => !known.has(id))) {
    if (isAlive(run)) await endFamily(run, { graceMs: 0 });
    const isHeld = allProcessIds()
      .flatMap(openFilesOf)
      .some((file) => file.startsWith(`${run.folder}/`));
    if (!isHeld) await rm(run.folder, { recursive: true, force: true });
  }
}
