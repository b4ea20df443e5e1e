/** What a program says of its version, and whether it is old enough to be refused. */
import type { Installation } from './codec.ts';

const CHARACTERS = 100;
const LIMIT_MS = 10_000;
const OUTPUT_BYTES = 64 * 1024;

/** By program: one that is the same is asked once. */
const asked = new Map<string, { identity: string; version: Promise<string | null> }>();

/** The first line that `--version` prints; null when it prints none, and then asked again the next time. */
export async function versionOf(
  { file, identity }: Installation,
  env: Readonly<Record<string, string>>,
  limitMs = LIMIT_MS,
): Promise<string | null> {
  const known = asked.get(file);
  const version = known?.identity === identity ? known.version : askVersion(file, env, limitMs);
  asked.set(file, { identity, version });
  const told = await version;
  if (told === null) asked.delete(file);
  return told;
}

/** One that tells no version is given the benefit of the doubt. */
export function isOlder(version: string | null, oldest: string): boolean {
  const [told, needed] = [numbersIn(version ?? ''), numbersIn(oldest)];
  const at = needed.findIndex((number, index) => told[index] !== number);
  return told.length === needed.length && at >= 0 && told[at]! < needed[at]!;
}

/** `2.1.332 (Claude Code)` → `2.1.332` */
export function numberIn(version: string): string {
  return /\d+\.\d+\.\d+\S*/.exec(version)?.[0] ?? version;
}

function numbersIn(version: string): number[] {
  const [, ...numbers] = /(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  return numbers.map(Number);
}

/** It does not outlive whoever asks. */
async function askVersion(
  file: string,
  env: Readonly<Record<string, string>>,
  limitMs: number,
): Promise<string | null> {
  const { execa } = await import('execa'); // only where an agent is to start
  const { stdout, failed } = await execa(file, ['--version'], {
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: limitMs,
    killSignal: 'SIGKILL',
    maxBuffer: OUTPUT_BYTES,
  });
  const [line = ''] = failed ? [] : stdout.split('\n');
  return line.trim().slice(0, CHARACTERS) || null;
}
