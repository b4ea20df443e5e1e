import { randomUUID } from 'node:crypto';
import type { HookRecord, HookStep } from '../contract/hook-records.ts';
import type { HookConfig } from './repository-config.ts';

/** What a hook is to do, of which nothing is done yet. */
type HookWork = Pick<HookRecord, 'timeoutMs' | 'steps' | 'commands' | 'status' | 'error'>;

export function toWork(hook: HookConfig): HookWork {
  return {
    timeoutMs: hook.timeout,
    steps: toSteps(hook),
    commands: hook.commands.map((command) => ({
      command,
      status: 'pending',
      exitCode: null,
      signal: null,
      durationMs: null,
      startedAt: null,
    })),
    status: hook.commands.length === 0 ? 'skipped' : 'pending',
  };
}

/** Of a hook whose file is wrong: nothing. */
export function noWork(message: string): HookWork {
  const error = { code: 'hooks_file_invalid', message };
  return { timeoutMs: 1, steps: [], commands: [], status: 'invalid', error };
}

function toSteps({ commands, separate }: HookConfig): HookStep[] {
  if (commands.length === 0) return [];
  const spans = separate
    ? commands.map((_, first) => ({ first, count: 1 }))
    : [{ first: 0, count: commands.length }];
  return spans.map((span) => ({ ...span, processId: randomUUID(), outputChars: 0 }));
}
