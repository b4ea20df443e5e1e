import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

/** Longer cannot be told to a timer. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

const HookConfigSchema = z.looseObject({
  commands: z.array(
    z.string().refine((command) => command.trim() !== '', 'expected a command, not an empty text'),
  ),
  /** Milliseconds. */
  timeout: z.number().int().positive().max(TIMEOUT_MAX_MS).default(300_000),
  /** Whether each command gets a shell, and the timeout, of its own. */
  separate: z.boolean().default(true),
});

/** What the file at the root of a repository says. Keys the engine does not know belong to others. */
export const RepositoryConfigSchema = z.looseObject({
  startHook: HookConfigSchema.optional(),
  warmHook: HookConfigSchema.optional(),
  systemPrompt: z.string().optional(),
});

export type HookConfig = z.output<typeof HookConfigSchema>;
export type RepositoryConfig = z.output<typeof RepositoryConfigSchema>;

/** One thing that is wrong: where, and what was expected. */
export interface ConfigProblem {
  /** `startHook.commands[1]`; empty for the file as a whole. */
  path: string;
  message: string;
}

export type ParsedConfig = { ok: true; config: RepositoryConfig } | { ok: false; problems: ConfigProblem[] };

/** Reads the text of a `replicas.json`, `.yaml` or `.yml`; an empty YAML file says nothing and is valid. */
export function parseRepositoryConfig(text: string, { isJson }: { isJson: boolean }): ParsedConfig {
  const content = text.replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = isJson ? JSON.parse(content) : (parseYaml(content) ?? {});
  } catch (error) {
    const message = error instanceof Error ? firstLine(error.message) : String(error);
    return {
      ok: false,
      problems: [{ path: '', message: `expected ${isJson ? 'JSON' : 'YAML'}: ${message}` }],
    };
  }
  const parsed = RepositoryConfigSchema.safeParse(value);
  if (parsed.success) return { ok: true, config: parsed.data };
  return { ok: false, problems: parsed.error.issues.map(toProblem) };
}

function toProblem({ path, message }: z.core.$ZodIssue): ConfigProblem {
  return { path: z.core.toDotPath(path), message: message.replace(/^Invalid input: /, '') };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.replace(/:$/, '') ?? '';
}
