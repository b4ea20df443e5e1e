import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { inWords } from '../contract/issue-words.ts';
import { codeOf } from '../storage/attempt.ts';
import { readRegularFile, UnfitFileError } from '../storage/regular-file.ts';
import { isTooDeep } from '../storage/yaml-depth.ts';

/** Longer cannot be told to a timer. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

/** A warning would print what stands in the file. */
const QUIET = { logLevel: 'error' } as const;

const HookConfigSchema = z.looseObject({
  commands: z.array(
    z.string().refine((command) => command.trim() !== '', 'must be a command, not an empty text'),
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

/** `warnings` name keys that are most likely misspelt. */
export type ParsedConfig =
  | { ok: true; config: RepositoryConfig; warnings: ConfigProblem[] }
  | { ok: false; problems: ConfigProblem[] };

/** Reads the text of a `replicas.json`, `.yaml` or `.yml`; an empty YAML file says nothing and is valid. */
export function parseRepositoryConfig(text: string, { isJson }: { isJson: boolean }): ParsedConfig {
  const content = text.replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = isJson ? JSON.parse(content) : fromYaml(content);
  } catch (error) {
    const place = isJson ? placeInJson(error) : placeInYaml(error);
    return { ok: false, problems: [{ path: '', message: `expected ${isJson ? 'JSON' : 'YAML'}${place}` }] };
  }
  const parsed = RepositoryConfigSchema.safeParse(value, { error: inWords });
  const warnings = misspeltKeys(value);
  if (parsed.success) return { ok: true, config: parsed.data, warnings };
  return { ok: false, problems: [...parsed.error.issues.map(toProblem), ...warnings] };
}

function fromYaml(text: string): unknown {
  if (isTooDeep(text)) throw new Error('It is nested too deeply.');
  return parseYaml(text, QUIET) ?? {};
}

function toProblem({ path, message }: z.core.$ZodIssue): ConfigProblem {
  return { path: z.core.toDotPath(path), message };
}

function misspeltKeys(value: unknown): ConfigProblem[] {
  const { startHook, warmHook } = RepositoryConfigSchema.shape;
  const hooks = { startHook: startHook.unwrap(), warmHook: warmHook.unwrap() };
  const inHooks = Object.entries(hooks).flatMap(([name, { shape }]) =>
    misspeltIn(isObject(value) ? value[name] : undefined, { known: Object.keys(shape), prefix: `${name}.` }),
  );
  return [...misspeltIn(value, { known: Object.keys(RepositoryConfigSchema.shape), prefix: '' }), ...inHooks];
}

function misspeltIn(
  value: unknown,
  { known, prefix }: { known: readonly string[]; prefix: string },
): ConfigProblem[] {
  if (!isObject(value)) return [];
  const keys = Object.keys(value).slice(0, KEYS_MAX);
  return keys.flatMap((key) => {
    const meant = nearKey(key, known);
    return meant === undefined || meant in value
      ? []
      : [{ path: `${prefix}${key}`, message: `unknown key; did you mean ${meant}?` }];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Where it is wrong. Never what stands there: the file may be a link to one that is none of the caller's business. */
function placeInJson(error: unknown): string {
  const [, position, place] = /at position (\d+)(?: \((.*?)\))?/.exec(String(error)) ?? [];
  return position === undefined ? '' : `, wrong at ${place ?? `position ${position}`}`;
}

function placeInYaml(error: unknown): string {
  const [, line, column] = /at line (\d+), column (\d+)/.exec(String(error)) ?? [];
  return line === undefined ? '' : `, wrong at line ${line} column ${column}`;
}

/** So many keys are looked at. */
const KEYS_MAX = 200;
/** So many letters may be wrong, missing or too many. */
const MISTAKES_MAX = 2;
const LETTERS_MAX = 40;

/** The known key that somebody most likely meant; undefined for a key that is known, and for one of somebody else's. */
function nearKey(key: string, known: readonly string[]): string | undefined {
  if (known.includes(key) || key.length > LETTERS_MAX) return undefined;
  const near = known
    .map((candidate) => ({ candidate, mistakes: mistakesBetween(plain(key), plain(candidate)) }))
    .toSorted((one, other) => one.mistakes - other.mistakes)[0];
  return near !== undefined && near.mistakes <= MISTAKES_MAX ? near.candidate : undefined;
}

function plain(key: string): string {
  return key.toLowerCase().replaceAll(/[-_\s]/g, '');
}

/** The edit distance. */
function mistakesBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(one).entries()) {
    const next = [index + 1];
    for (const [at, wanted] of Array.from(other).entries()) {
      const replaced = (row[at] ?? 0) + (letter === wanted ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The first one that is there is read, the others are not looked at. */
export const CONFIG_FILES = ['replicas.json', 'replicas.yaml', 'replicas.yml'] as const;

const MAX_BYTES = 1024 * 1024;

export type ConfigReading =
  | { state: 'absent' }
  | { state: 'valid'; file: string; config: RepositoryConfig; warnings?: ConfigProblem[] }
  | { state: 'invalid'; file: string; problems: ConfigProblem[] };

/** What the repository in `folder` asks of its workspace. Never throws: what cannot be read is invalid. */
export function readRepositoryConfig(folder: string): ConfigReading {
  for (const file of CONFIG_FILES) {
    const content = readText(join(folder, file));
    if (content === null) continue;
    if (typeof content !== 'string') return { state: 'invalid', file, problems: [content] };
    const parsed = parseRepositoryConfig(content, { isJson: file.endsWith('.json') });
    if (!parsed.ok) return { state: 'invalid', file, problems: parsed.problems };
    const { config, warnings } = parsed;
    return { state: 'valid', file, config, ...(warnings.length > 0 && { warnings }) };
  }
  return { state: 'absent' };
}

/** `replicas.json: startHook.timeout: must be a number`, one line per problem. */
export function describeProblems({
  file,
  problems,
}: {
  file: string;
  problems: readonly ConfigProblem[];
}): string {
  return problems
    .map(({ path, message }) => [file, path, message].filter((part) => part !== '').join(': '))
    .join('\n');
}

/** What is most likely a mistake in a file that is valid all the same; empty when there is nothing. */
export function describeWarnings(reading: ConfigReading): string {
  const isWarned = reading.state === 'valid' && reading.warnings !== undefined;
  return isWarned ? describeProblems({ file: reading.file, problems: reading.warnings ?? [] }) : '';
}

/** Null when there is no such file; a problem when it is not a file that can be read. */
function readText(file: string): string | ConfigProblem | null {
  try {
    const bytes = readRegularFile(file, { maxBytes: MAX_BYTES });
    return isUtf8(bytes) ? bytes.toString('utf8') : { path: '', message: 'expected UTF-8' };
  } catch (error) {
    if (error instanceof UnfitFileError) return { path: '', message: EXPECTED[error.reason] };
    const code = codeOf(error) ?? String(error);
    return code === 'ENOENT' ? null : { path: '', message: `expected a readable file (${code})` };
  }
}

const EXPECTED = { noFile: 'expected a file', tooLarge: 'expected at most 1 MiB' };
