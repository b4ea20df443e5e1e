/** The vocabulary of the hook machine. */
import { assign, sendParent, sendTo, setup } from 'xstate';
import type { HookRecord } from '../src/contract/hook-records.ts';
import type { HooksProgress } from '../src/contract/hooks.ts';
import type { HookEmitted, HookEnded, HookEvent, HookProcessCommand } from './hook.events.ts';
import {
  currentIndex,
  currentStep,
  endOf,
  timeOutOf,
  withCommandEnd,
  withOutcome,
  withOutput,
  withStart,
  withStepEnd,
} from './hook.record.ts';
import { mustProvideCallback } from './must-provide.ts';

export interface HookContext {
  hook: HookRecord;
  /** How long the process that runs had been running when this engine met it, in milliseconds. */
  elapsedMs: number;
  isShuttingDown: boolean;
}

const hookBase = setup({
  types: {} as {
    input: { hook: HookRecord };
    context: HookContext;
    events: HookEvent;
    emitted: HookEmitted;
  },
  actors: { hookProcess: mustProvideCallback<HookProcessCommand, HookRecord>('hookProcess') },
});

const { enqueueActions } = hookBase;

/** Why the process of a step is over: by itself, by its time limit, or with the engine. */
type EndReason = 'itself' | HookProcessCommand['because'];

function endsStep(because: EndReason) {
  return enqueueActions(({ context, event, enqueue }) => {
    const printed = 'outputChars' in event ? withOutput(context.hook, event.outputChars) : context.hook;
    const error = errorOf(event);
    const ended = withOutcome(withStepEnd(printed, endFrom(event, because)));
    const hook = error === undefined ? ended : { ...ended, error };
    const output = 'output' in event ? event.output : undefined;
    enqueue.assign({ hook, elapsedMs: 0 });
    enqueue.emit(progressOf(hook, { index: currentIndex(context.hook), output, error }));
  });
}

export const hookSetup = hookBase.extend({
  actions: {
    noteStart: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'shell.started') return;
      const hook = withStart(context.hook, event.startedAt);
      enqueue.assign({ hook, elapsedMs: event.elapsedMs });
      enqueue.emit({ type: 'hook.changed', hook });
    }),
    noteOutput: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'output.printed') return;
      const hook = withOutput(context.hook, event.outputChars);
      enqueue.assign({ hook });
      enqueue.emit(progressOf(hook, { index: currentIndex(hook), output: event.output }));
    }),
    noteCommandEnd: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'command.ended') return;
      const hook = withCommandEnd(context.hook, event);
      enqueue.assign({ hook });
      enqueue.emit(progressOf(hook, { index: currentIndex(context.hook) }));
    }),
    noteStepEnd: endsStep('itself'),
    noteTimeOut: endsStep('timeLimit'),
    noteStepCut: endsStep('shutdown'),
    killLate: sendTo('shell', { type: 'shell.kill', because: 'timeLimit' }),
    killProcess: sendTo('shell', { type: 'shell.kill', because: 'shutdown' }),
    rememberShutdown: assign({ isShuttingDown: true }),
    reportEnd: sendParent(({ context }): HookEnded => ({ type: 'hook.ended', status: context.hook.status })),
  },
  guards: {
    isShuttingDown: ({ context }) => context.isShuttingDown,
    isOutOfTime: ({ event }) => event.type === 'shell.started' && event.isOutOfTime,
    hasStepLeft: ({ context }) => currentStep(context.hook) !== undefined,
  },
  delays: {
    timeLimit: ({ context }) => Math.max(0, context.hook.timeoutMs - context.elapsedMs),
    killLimit: 10_000,
  },
});

function endFrom(event: HookEvent, because: EndReason) {
  const durationMs = 'durationMs' in event ? event.durationMs : null;
  if (because === 'timeLimit') return timeOutOf(durationMs);
  if (because === 'shutdown') return endOf(null, durationMs);
  return event.type === 'shell.ended'
    ? endOf(event.exitCode, durationMs)
    : { status: 'failed' as const, exitCode: CANNOT_START };
}

/** What a shell reports for a command it cannot execute. */
const CANNOT_START = 126;

function errorOf(event: HookEvent): HooksProgress['error'] {
  if (event.type === 'shell.failed') return { code: 'hook_not_started', message: event.message };
  if (event.type === 'shell.ended') {
    const { complaint } = event;
    return complaint === undefined ? undefined : { code: 'hook_shell_failed', message: complaint };
  }
  if ('error' in event) return { code: 'hook_not_started', message: String(event.error) };
  return undefined;
}

interface Concerned {
  index: number;
  output?: string | undefined;
  error?: HooksProgress['error'];
}

function progressOf(hook: HookRecord, { index, output, error }: Concerned): HookEmitted {
  const command = hook.commands[index];
  return {
    type: 'hooks.progress',
    payload: {
      running: true,
      completed: false,
      runId: hook.runId,
      repoName: hook.repoName,
      ...(hook.hookType === undefined ? {} : { hookType: hook.hookType }),
      kind: hook.kind,
      ...(command === undefined ? {} : { commandIndex: index, command: command.command }),
      ...(command?.durationMs == null ? {} : { exitCode: command.exitCode, durationMs: command.durationMs }),
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
    },
    record: { hooks: [hook] },
  };
}
