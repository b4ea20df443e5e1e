import { execFile } from 'node:child_process';
import { access, constants, realpath, stat } from 'node:fs/promises';
import type { Effort } from './effort.ts';

/** The Claude Code that a process is started from. Another version has another identity. */
export interface Installation {
  file: string;
  identity: string;
}

/** Null when there is no such program, or it may not be executed. */
export async function findInstallation(command: string | null): Promise<Installation | null> {
  if (command === null) return null;
  try {
    const file = await realpath(command);
    await access(file, constants.X_OK);
    const { size, mtimeMs } = await stat(file);
    return { file, identity: `${file}:${size}:${mtimeMs}` };
  } catch {
    return null;
  }
}

/** The nearest effort that this version knows. */
export async function nearestEffort(effort: Effort, installation: Installation): Promise<Effort> {
  if (effort !== 'xhigh') return effort;
  return (await helpOf(installation)).includes('xhigh') ? 'xhigh' : 'max';
}

const HELP_LIMIT_MS = 10_000;
const helps = new Map<string, Promise<string>>();

function helpOf({ file, identity }: Installation): Promise<string> {
  const known = helps.get(identity);
  if (known !== undefined) return known;
  const help = new Promise<string>((resolve) => {
    execFile(file, ['--help'], { timeout: HELP_LIMIT_MS }, (_, text) => resolve(text));
  });
  helps.set(identity, help);
  return help;
}
