import type { Hook } from '../contract/hooks.ts';
import type { HookRecord, HookStep } from '../contract/hook-records.ts';
import { createRun, filesOf } from '../processes/run.ts';
import { readEnvironmentScript } from './environment-hook.ts';
import { readTail } from '../processes/read-tail.ts';

/** So much of what a hook printed is shown, in characters. */
const SHOWN_CHARS = 100_000;
const MAX_BYTES_PER_CHAR = 4;

export interface HookViewOptions {
  /** Folder of the processes of hooks. */
  folder: string;
  /** How much a process printed so far, in characters, if it is known better than by the record. */
  charsOf: (processId: string) => number;
  /** What may be shown of a text that hooks printed. */
  redact: (text: string) => string;
}

/** A hook as snapshots show it, with the end of what it printed. */
export async function viewHook(hook: HookRecord, options: HookViewOptions): Promise<Hook> {
  const total = hook.steps
    .map(({ processId, outputChars }) => Math.max(outputChars, options.charsOf(processId)))
    .reduce((sum, chars) => sum + chars, 0);
  const script = scriptOf(hook);
  const output = await readOutput(hook.steps, options.folder);
  return {
    repoName: hook.repoName,
    hookName: hook.repoName,
    hookType: hook.hookType ?? 'repository',
    kind: hook.kind,
    hookCommands: hook.commands.map(({ command }) => command),
    ...(script !== undefined && { hookScript: options.redact(script).slice(0, SHOWN_CHARS) }),
    status: hook.status,
    exitCode: exitCodeOf(hook),
    timedOut: hook.commands.some(({ status }) => status === 'timedOut'),
    commands: hook.commands,
    output: options.redact(output).slice(-SHOWN_CHARS),
    outputTruncated: total > Math.min(output.length, SHOWN_CHARS),
    outputTotalChars: total,
    executedAt: hook.executedAt,
    ...(hook.error === undefined ? {} : { error: hook.error }),
  };
}

function scriptOf(hook: HookRecord): string | undefined {
  if (hook.hookType !== undefined) return readEnvironmentScript(hook);
  return hook.commands.map(({ command }) => command).join('\n');
}

/** The first that is not zero; 124 when a command ran out of time before that; null while nothing can be said. */
function exitCodeOf({ commands, status }: HookRecord): number | null {
  const bad = commands.find(({ exitCode }) => exitCode !== null && exitCode !== 0);
  if (bad !== undefined) return bad.exitCode;
  return status === 'succeeded' ? 0 : null;
}

/** At least as much of the end as is shown. */
async function readOutput(steps: readonly HookStep[], folder: string): Promise<string> {
  let output = '';
  for (const { processId } of steps.toReversed()) {
    if (output.length >= SHOWN_CHARS) break;
    const { stdout } = filesOf(createRun(folder, processId));
    output = (await readTail(stdout, SHOWN_CHARS * MAX_BYTES_PER_CHAR)) + output;
  }
  return output;
}
