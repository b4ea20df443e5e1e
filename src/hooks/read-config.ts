import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { readRegularFile, UnfitFileError } from '../storage/regular-file.ts';
import { parseRepositoryConfig, type ConfigProblem, type RepositoryConfig } from './repository-config.ts';
import { codeOf } from '../storage/attempt.ts';

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

/** `replicas.json: startHook.timeout: expected number, received string`, one line per problem. */
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
