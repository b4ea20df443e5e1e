import { randomUUID } from 'node:crypto';
import { fromPromise } from 'xstate';
import type { HookKind } from '../contract/hooks.ts';
import type { HookRecord, HookRun } from '../contract/hook-records.ts';
import { clearProcesses } from '../hooks/clear-processes.ts';
import type { HookLog } from '../hooks/hook-log.ts';
import { describeWarnings, readRepositoryConfig } from '../hooks/read-config.ts';
import { planHooks, type Repository } from '../hooks/plan-hooks.ts';
import type { HookBoard } from './hook-board.ts';

export interface HookRunsOptions {
  board: HookBoard;
  log: HookLog;
  /** Folder of the processes of hooks. */
  folder: string;
  repositories: () => Repository[];
}

/** Runs the start hooks of this boot, unless they ran already; takes up what the last engine began. */
export function runStartHooks(options: HookRunsOptions) {
  return fromPromise<void, undefined>(async () => {
    const { board } = options;
    const { run } = board;
    if (run?.trigger === 'boot') board.notePlan();
    if (run?.state === 'running') board.resume(run);
    if (board.isPrepared) return;
    await board.settled();
    if (run?.trigger === 'boot') return;
    const hooks = planRun(options, { kind: 'start', trigger: 'boot' });
    if (hooks.valid.length > 0) await beginRun(options, hooks);
    board.reportInvalid(hooks.invalid);
    board.notePlan();
    await board.settled();
  });
}

export interface PlannedRun {
  run: HookRun;
  valid: HookRecord[];
  invalid: HookRecord[];
}

/** What a run would be: hooks with something to do, and files that are wrong. */
export function planRun(
  { board, log, repositories }: HookRunsOptions,
  { kind, trigger }: { kind: HookKind; trigger: HookRun['trigger'] },
): PlannedRun {
  const { bootId } = board;
  const runId = randomUUID();
  const found = repositories();
  for (const { name, folder } of found) {
    const warnings = describeWarnings(readRepositoryConfig(folder));
    if (warnings !== '') void log.note(name, `◼ ${warnings.replaceAll('\n', '; ')}`);
  }
  const hooks = planHooks({ repositories: found, kind, runId, bootId });
  return {
    run: { runId, bootId, kind, trigger, state: 'running' },
    valid: hooks.filter(({ status }) => status === 'pending'),
    invalid: hooks.filter(({ status }) => status === 'invalid'),
  };
}

/** Starts the hooks and forgets what their last run left. */
export function beginRun({ board, log, folder }: HookRunsOptions, { run, valid }: PlannedRun): Promise<void> {
  board.start(run, valid);
  const known = new Set(board.hooks.flatMap(({ steps }) => steps.map(({ processId }) => processId)));
  log.retain(known);
  return clearProcesses(folder, known);
}
