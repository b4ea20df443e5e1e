import { readRepositoryConfig } from './read-config.ts';
import type { Repository } from './plan-hooks.ts';

/** What the repositories want every agent to be told, under their names; undefined when none wants anything. */
export function collectSystemPrompts(repositories: readonly Repository[]): string | undefined {
  const prompts = repositories.flatMap(({ name, folder }) => {
    const reading = readRepositoryConfig(folder);
    const prompt = reading.state === 'valid' ? reading.config.systemPrompt?.trim() : undefined;
    return prompt ? [`# Instructions of the repository ${name}\n\n${prompt}`] : [];
  });
  return prompts.length === 0 ? undefined : prompts.join('\n\n');
}
