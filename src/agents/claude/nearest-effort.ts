import { execFile } from 'node:child_process';
import type { Installation } from '../installation.ts';
import type { Effort } from './effort.ts';

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
