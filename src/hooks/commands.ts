import type { Readable } from 'node:stream';
import { beginRun, planRun, type HookRunsOptions, type PlannedRun } from './run-start-hooks.ts';
import type { HookKind, HooksStatus, TestHook } from '../contract/hooks.ts';
import { EngineError } from '../errors.ts';
import { viewHook } from './hook-view.ts';
import type { HookTests } from './hook-tests.ts';
import { followLog, readLog } from './log-stream.ts';
import type { HooksState } from '../journal/projection/hooks-state.ts';
import type { Gate } from '../chats/gate.ts';

export interface HookCommandsOptions extends HookRunsOptions {
  gate: Gate;
  /** `startHooks.log`. */
  logFile: string;
  tests: HookTests;
}

/** What HTTP may ask of hooks. */
export class HookCommands {
  readonly #options: HookCommandsOptions;

  constructor(options: HookCommandsOptions) {
    this.#options = options;
  }

  async status(): Promise<HooksStatus> {
    const { state, gate, folder, log } = this.#options;
    const charsOf = (processId: string) => log.printedBy(processId).chars;
    const redact = (text: string) => log.redact(text);
    const hooks = await Promise.all(state.hooks.map((hook) => viewHook(hook, { folder, charsOf, redact })));
    return gate.read({ ...summaryOf(state), hooks });
  }

  async logs({ repo, follow }: { repo?: string | undefined; follow: boolean }): Promise<Readable> {
    const options = { file: this.#options.logFile, repo };
    return follow ? followLog(options) : readLog(options);
  }

  /** @throws {EngineError} `HOOKS_RUNNING`, `HOOK_NOT_FOUND`, `HOOKS_FILE_INVALID`. */
  async run({ repo, type }: { repo?: string | undefined; type: HookKind }): Promise<{ runId: string }> {
    const { state, gate } = this.#options;
    gate.refuseNewWork();
    if (state.run?.state === 'running') throw new EngineError('HOOKS_RUNNING', { runId: state.run.runId });
    const plan = this.#plan(repo, type);
    await beginRun(this.#options, plan);
    return gate.committed({ runId: plan.run.runId });
  }

  /** @throws {EngineError} `REPO_NOT_FOUND`, `TOO_MANY_HOOK_TESTS`. */
  async test({ script, repo, timeoutMs }: TestHook): Promise<Readable> {
    const { gate, home, repositories, tests } = this.#options;
    gate.refuseNewWork();
    const cwd = repo === undefined ? home : repositories().find(({ name }) => name === repo)?.folder;
    if (cwd === undefined) throw new EngineError('REPO_NOT_FOUND', { repo: repo ?? '' });
    return tests.start({ script, cwd, timeoutMs });
  }

  #plan(repo: string | undefined, kind: HookKind): PlannedRun {
    const repositories = () =>
      this.#options.repositories().filter(({ name }) => repo === undefined || name === repo);
    const home = repo === undefined ? this.#options.home : undefined;
    const plan = planRun({ ...this.#options, home, repositories }, { kind, trigger: 'request' });
    const [wrong] = plan.invalid;
    if (plan.valid.length > 0) return plan;
    if (wrong === undefined) {
      throw new EngineError('HOOK_NOT_FOUND', { type: kind, ...(repo === undefined ? {} : { repo }) });
    }
    throw new EngineError('HOOKS_FILE_INVALID', {
      repo: wrong.repoName,
      problems: wrong.error?.message ?? '',
    });
  }
}

function summaryOf({ run, isRunning, isPrepared }: HooksState): Omit<HooksStatus, 'hooks'> {
  const isOver = !isRunning && (run !== null || isPrepared);
  return { running: isRunning, completed: isOver, state: run?.state ?? (isOver ? 'completed' : 'pending') };
}
