import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  CONFIG_FILES,
  describeProblems,
  describeWarnings,
  readRepositoryConfig,
} from '../hooks/repository-config.ts';
import { CliError, EXIT } from './terminal.ts';

/** Says whether the hooks of the repository in `folder` can be read, and what they are. Returns the exit code. */
export function checkHooks(path: string, print: (text: string) => void): number {
  const folder = resolve(path);
  refuseNoFolder(folder);
  const reading = readRepositoryConfig(folder);
  if (reading.state === 'absent') {
    print(`There is no ${CONFIG_FILES.join(' or ')} in ${folder}.\n`);
    return 1;
  }
  if (reading.state === 'invalid') {
    print(`${describeProblems(reading)}\n`);
    return 1;
  }
  const { startHook, warmHook, systemPrompt } = reading.config;
  const warnings = describeWarnings(reading);
  print(
    [
      `${reading.file} is valid.`,
      `  startHook: ${describeHook(startHook)}`,
      `  warmHook: ${describeHook(warmHook)}`,
      `  systemPrompt: ${systemPrompt === undefined ? 'none' : `${systemPrompt.length} characters`}`,
      ...(warnings === '' ? [] : [warnings]),
      '',
    ].join('\n'),
  );
  return 0;
}

function describeHook(hook: { commands: string[]; timeout: number; separate: boolean } | undefined): string {
  if (hook === undefined) return 'none';
  const limit = `${hook.timeout / 1000} s`;
  const shells = hook.separate ? `each in its own shell, ${limit} each` : `in one shell, ${limit} for all`;
  return `${hook.commands.length} command${hook.commands.length === 1 ? '' : 's'}, ${shells}`;
}

/** @throws {CliError} when there is no folder there. */
export function refuseNoFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new CliError(`There is no folder ${folder}.`, EXIT.USAGE);
}
