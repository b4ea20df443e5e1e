import type { HookRecord } from '../contract/hook-records.ts';
import { planEnvironmentHook, type RunOfHooks } from './environment-hook.ts';
import { noWork, toWork } from './hook-work.ts';
import { describeProblems, readRepositoryConfig } from './repository-config.ts';

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
  if (reading.state === 'invalid') return { ...base, ...noWork(describeProblems(reading)) };
  const hook = reading.config[`${options.kind}Hook`];
  return hook === undefined ? null : { ...base, ...toWork(hook) };
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
