import { randomUUID } from 'node:crypto';
import type { HookRecord, HookStep } from '../contract/hook-records.ts';
import { planEnvironmentHook, type RunOfHooks } from './environment-hook.ts';
import { describeProblems, readRepositoryConfig, type HookConfig } from './repository-config.ts';

export interface Repository {
  name: string;
  folder: string;
}

export interface PlanOptions extends RunOfHooks {
  repositories: readonly Repository[];
  /** Where the environment's hook runs; left out when it is not to run. */
  home?: string | undefined;
}

/** The hooks of this kind that the environment and the repositories ask for: what is to run, and what is wrong with the others. */
export function planHooks({ repositories, home, ...options }: PlanOptions): HookRecord[] {
  const ofEnvironment = home === undefined ? null : planEnvironmentHook(home, options);
  const ofRepositories = repositories.flatMap((repository) => planHook(repository, options) ?? []);
  return ofEnvironment === null ? ofRepositories : [ofEnvironment, ...ofRepositories];
}

function planHook({ name, folder }: Repository, options: RunOfHooks): HookRecord | null {
  const reading = readRepositoryConfig(folder);
  const base = { ...options, repoName: name, folder, executedAt: null };
  if (reading.state === 'absent') return null;
  if (reading.state === 'invalid') {
    const error = { code: 'hooks_file_invalid', message: describeProblems(reading) };
    return { ...base, timeoutMs: 1, steps: [], commands: [], status: 'invalid', error };
  }
  const hook = reading.config[`${options.kind}Hook`];
  return hook === undefined ? null : { ...base, ...toWork(hook) };
}

function toWork(hook: HookConfig): Pick<HookRecord, 'timeoutMs' | 'steps' | 'commands' | 'status'> {
  return {
    timeoutMs: hook.timeout,
    steps: toSteps(hook),
    commands: hook.commands.map((command) => ({
      command,
      status: 'pending',
      exitCode: null,
      signal: null,
      durationMs: null,
      startedAt: null,
    })),
    status: hook.commands.length === 0 ? 'skipped' : 'pending',
  };
}

function toSteps({ commands, separate }: HookConfig): HookStep[] {
  if (commands.length === 0) return [];
  const spans = separate
    ? commands.map((_, first) => ({ first, count: 1 }))
    : [{ first: 0, count: commands.length }];
  return spans.map((span) => ({ ...span, processId: randomUUID(), outputChars: 0 }));
}

/** What the repositories want every agent to be told, under their names; undefined when none wants anything. */
export function collectSystemPrompts(repositories: readonly Repository[]): string | undefined {
  const prompts = repositories.flatMap(({ name, folder }) => {
    const reading = readRepositoryConfig(folder);
    const prompt = reading.state === 'valid' ? reading.config.systemPrompt?.trim() : undefined;
    return prompt ? [`# Instructions of the repository ${name}\n\n${prompt}`] : [];
  });
  return prompts.length === 0 ? undefined : prompts.join('\n\n');
}
