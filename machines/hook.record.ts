/** How the record of a hook changes: pure, whole records in and out. */
import type { HookRecord, HookStep } from '../src/contract/hook-records.ts';
import type { HookCommand, HookStatus } from '../src/contract/hooks.ts';

/** What a command that ran out of time reports, as `timeout(1)` does. */
const TIMED_OUT = 124;

/** The step that runs or is to run next; undefined when all commands are over. */
export function currentStep({ steps, commands }: HookRecord): HookStep | undefined {
  return steps.find(({ first, count }) => commands.slice(first, first + count).some(isOpen));
}

/** The command that runs or is to run next; -1 when all are over. */
export function currentIndex({ commands }: HookRecord): number {
  return commands.findIndex(isOpen);
}

export function isOpen({ status }: { status: HookStatus }): boolean {
  return status === 'pending' || status === 'running';
}

export function withStart(hook: HookRecord, startedAt: string): HookRecord {
  const running = { status: 'running' as const, startedAt: startedAtOf(hook) ?? startedAt };
  return {
    ...withCommand(hook, currentIndex(hook), running),
    status: 'running',
    executedAt: hook.executedAt ?? startedAt,
  };
}

/** A command of a shell ended that has more of them: the next one runs. */
export function withCommandEnd(
  hook: HookRecord,
  end: { exitCode: number; endedAt: string; durationMs: number },
): HookRecord {
  const index = currentIndex(hook);
  const ended = withCommand(hook, index, endOf(end.exitCode, end.durationMs));
  return withCommand(ended, index + 1, { status: 'running', startedAt: end.endedAt });
}

/** A shell ended: its current command with it, and the ones behind that one will not run. */
export function withStepEnd(hook: HookRecord, end: Partial<HookCommand>): HookRecord {
  const step = currentStep(hook);
  if (step === undefined) return hook;
  const index = currentIndex(hook);
  const commands = hook.commands.map((command, at) => {
    if (at === index) return { ...command, ...end };
    return at > index && at < step.first + step.count ? { ...command, status: 'skipped' as const } : command;
  });
  return { ...hook, commands };
}

export function endOf(exitCode: number | null, durationMs: number | null): Partial<HookCommand> {
  if (exitCode === null) return { status: 'interrupted', durationMs };
  return {
    status: exitCode === 0 ? 'succeeded' : 'failed',
    exitCode,
    signal: signalOf(exitCode),
    durationMs,
  };
}

export function timeOutOf(durationMs: number | null): Partial<HookCommand> {
  return { status: 'timedOut', exitCode: TIMED_OUT, durationMs };
}

/** Says how much the step that runs has printed. */
export function withOutput(hook: HookRecord, outputChars: number): HookRecord {
  const current = currentStep(hook);
  return {
    ...hook,
    steps: hook.steps.map((step) => (step === current ? { ...step, outputChars } : step)),
  };
}

/** The hook as a whole, once nothing of it is left to run. */
export function withOutcome(hook: HookRecord): HookRecord {
  return hook.commands.some(isOpen) ? hook : { ...hook, status: outcomeOf(hook.commands) };
}

function outcomeOf(commands: readonly HookCommand[]): HookStatus {
  const has = (status: HookStatus) => commands.some((command) => command.status === status);
  return (['timedOut', 'failed', 'interrupted', 'succeeded'] as const).find(has) ?? 'skipped';
}

/** A shell reports a command that a signal ended as 128 and its number. */
function signalOf(exitCode: number): string | null {
  return SIGNALS[exitCode - 128] ?? null;
}

const SIGNALS: Record<number, string> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
};

function startedAtOf(hook: HookRecord): string | null {
  return hook.commands[currentIndex(hook)]?.startedAt ?? null;
}

function withCommand(hook: HookRecord, index: number, change: Partial<HookCommand>): HookRecord {
  return {
    ...hook,
    commands: hook.commands.map((command, at) => (at === index ? { ...command, ...change } : command)),
  };
}
