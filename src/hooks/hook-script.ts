import { existsSync, statSync } from 'node:fs';
import type { LaunchOptions } from '../processes/launch.ts';
import { filesOf, type Run } from '../processes/run.ts';
import { attempt } from '../storage/attempt.ts';

const SHELLS = ['/bin/bash', '/usr/bin/bash', '/bin/sh'];

/** Both outputs go the same way, in the order they are written; there is nothing to be read. */
const WRAPPER = 'exec "$@" </dev/null 2>&1';

/** What runs `commands` in one shell, `bash` if there is one. */
export function toProgram(
  commands: readonly string[],
  resultsFile: string,
): Pick<LaunchOptions, 'command' | 'args'> {
  const shell = SHELLS.find(existsSync) ?? 'sh';
  const [only, ...others] = commands;
  const script = only !== undefined && others.length === 0 ? only : toScript(commands, resultsFile);
  return { command: '/bin/sh', args: ['-c', WRAPPER, 'sh', shell, '-c', script] };
}

/** Each command is evaluated by itself, so that a mistake in one does not reach the others; its end is written down. */
function toScript(commands: readonly string[], resultsFile: string): string {
  const note = `__hook=$?; printf '%s %s\\n' "$__hook" "$(date +%s%3N)" >>${quote(resultsFile)}`;
  return [...commands.map((command) => `eval ${quote(command)}\n${note}`), 'exit "$__hook"'].join('\n');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export interface CommandResult {
  exitCode: number;
  /** Milliseconds since 1970. */
  endedAt: number;
}

/** Whole lines of the file that such a shell writes. */
export function parseResults(text: string): CommandResult[] {
  return [...text.matchAll(/^(\d+) (\d+)\n/gm)].map(([, exitCode, endedAt]) => ({
    exitCode: Number(exitCode),
    endedAt: Number(endedAt),
  }));
}

export function outcomeOf(exitCode: number | null): string {
  return exitCode === null ? 'ended without an exit code' : `exit code ${exitCode}`;
}

/** Of a process that was over when this engine met it. */
export function durationOnDisk(run: Run): number {
  const { shim, exit } = filesOf(run);
  // There is no end where it was killed together with the shell around it.
  return attempt(() => Math.max(0, Math.round(statSync(exit).mtimeMs - statSync(shim).mtimeMs)), 0);
}

export function firstLine(command: string): string {
  const [line = '', ...rest] = command.trim().split('\n');
  return rest.length === 0 ? line : `${line} …`;
}
