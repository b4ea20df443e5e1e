import { statSync } from 'node:fs';
import { filesOf, type Run } from '../process/run.ts';

export function outcomeOf(exitCode: number | null): string {
  return exitCode === null ? 'ended without an exit code' : `exit code ${exitCode}`;
}

/** Of a process that was over when this engine met it. */
export function durationOnDisk(run: Run): number {
  try {
    const { shim, exit } = filesOf(run);
    return Math.max(0, Math.round(statSync(exit).mtimeMs - statSync(shim).mtimeMs));
  } catch {
    return 0; // It was killed together with the shell around it.
  }
}

export function firstLine(command: string): string {
  const [line = '', ...rest] = command.trim().split('\n');
  return rest.length === 0 ? line : `${line} …`;
}
