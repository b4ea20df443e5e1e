import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { HookRecord } from '../contract/hook-records.ts';
import type { HookKind } from '../contract/hooks.ts';
import { noWork, toWork } from './hook-work.ts';
import { readRegularFile } from '../storage/regular-file.ts';
import { attempt } from '../storage/attempt.ts';

export interface RunOfHooks {
  kind: HookKind;
  runId: string;
  bootId: string;
}

const TIMEOUT_MS = 300_000;
const SHOWN_BYTES = 1024 * 1024;

/** The script that the control plane provided for this kind of hook, to run in the home; null when there is none. */
export function planEnvironmentHook(home: string, options: RunOfHooks): HookRecord | null {
  const script = scriptOf(home, options.kind);
  if (isAbsent(script)) return null;
  const hookType = options.kind === 'start' ? ('environment' as const) : ('global' as const);
  const about = { ...options, hookType, repoName: hookType, folder: home, executedAt: null };
  if (!isFile(script)) return { ...about, ...noWork(`${script}: expected a file`) };
  // By its name: a script may be longer than an argument, and what it says is nobody's business but its author's.
  const command = `. ~/.replicas/${nameOf(options.kind)}`;
  return { ...about, ...toWork({ commands: [command], timeout: TIMEOUT_MS, separate: true }) };
}

/** What the script says now; undefined when it cannot be read any more. */
export function readEnvironmentScript({
  folder,
  kind,
}: Pick<HookRecord, 'folder' | 'kind'>): string | undefined {
  const file = scriptOf(folder, kind);
  return attempt(() => readRegularFile(file, { maxBytes: SHOWN_BYTES }).toString('utf8'), undefined);
}

function scriptOf(home: string, kind: HookKind): string {
  return join(home, '.replicas', nameOf(kind));
}

function nameOf(kind: HookKind): string {
  return `${kind}-hook.sh`;
}

function isAbsent(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) === undefined;
}

/** A pipe or a device would hold up the shell that reads it. */
function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
