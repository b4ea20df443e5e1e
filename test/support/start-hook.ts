import { SimulatedClock, createActor, fromCallback } from 'xstate';
import type { InspectionEvent } from 'xstate';
import type { HookEmitted, HookEvent, HookFact, HookProcessCommand } from '../../machines/hook.events.ts';
import { hookMachine } from '../../machines/hook.machine.ts';
import type { HookRecord } from '../../src/contract/hook-records.ts';
import type { HookStatus } from '../../src/contract/hooks.ts';
import { takes } from './steps.ts';

/** Time passes (in milliseconds), or something is said to the hook. */
export type HookStep = HookEvent | number;

export const STARTED_AT = '2026-01-01T00:00:00.000Z';
export const TIMEOUT_MS = 60_000;

const recordings = new WeakMap<object, string[]>();
const reports = new WeakMap<object, HookStatus[]>();

/** A hook on its own has no parent to report its end to. */
const machine = hookMachine.provide({
  actors: {
    hookProcess: fromCallback<HookProcessCommand, HookRecord>(({ input, receive, system }) => {
      const heard = recordings.get(system);
      const index = input.commands.findIndex(({ status }) => status === 'pending' || status === 'running');
      heard?.push(`run ${input.commands[index]?.command}`);
      receive(({ because }) => heard?.push(`kill: ${because}`));
      return () => heard?.push('let go');
    }),
  },
  actions: { reportEnd: ({ system, context }) => void reports.get(system)?.push(context.hook.status) },
});

/** A hook whose shells only record what becomes of them, on a clock the test owns. */
export function startHook(rest: Partial<HookRecord> = {}, inspect?: (event: InspectionEvent) => void) {
  const clock = new SimulatedClock();
  const emitted: HookEmitted[] = [];
  const heard: string[] = [];
  const reported: HookStatus[] = [];
  const input = { hook: hookRecord(rest) };
  const hook = createActor(machine, { clock, input, ...(inspect === undefined ? {} : { inspect }) });
  recordings.set(hook.system, heard);
  reports.set(hook.system, reported);
  hook.on('*', (event) => emitted.push(event));
  hook.start();
  const take = takes(hook, clock);

  const record = () => hook.getSnapshot().context.hook;
  const statuses = (): HookStatus[] => record().commands.map(({ status }) => status);
  return { hook, clock, emitted, heard, reported, take, record, statuses };
}

export type HookHarness = ReturnType<typeof startHook>;

/** A hook of two commands, `one` and `two`, each with a shell of its own. */
export function hookRecord(rest: Partial<HookRecord> = {}): HookRecord {
  return {
    runId: 'run',
    bootId: 'boot',
    repoName: 'app',
    folder: '/workspaces/app',
    kind: 'start',
    timeoutMs: TIMEOUT_MS,
    steps: [hookStep(1, { first: 0, count: 1 }), hookStep(2, { first: 1, count: 1 })],
    commands: ['one', 'two'].map((command) => ({
      command,
      status: 'pending',
      exitCode: null,
      signal: null,
      durationMs: null,
      startedAt: null,
    })),
    status: 'pending',
    executedAt: null,
    ...rest,
  };
}

/** One shell for both commands. */
export const JOINT: Partial<HookRecord> = { steps: [hookStep(1, { first: 0, count: 2 })] };

function hookStep(number: number, span: { first: number; count: number }) {
  return { processId: `00000000-0000-4000-8000-00000000000${number}`, outputChars: 0, ...span };
}

export function started(elapsedMs = 0, isOutOfTime = false): HookFact {
  return { type: 'shell.started', startedAt: STARTED_AT, elapsedMs, isOutOfTime };
}

export function ended(exitCode: number | null): HookFact {
  return { type: 'shell.ended', exitCode, durationMs: 5, output: 'said\n', outputChars: 5 };
}

export const PRINTED: HookFact = { type: 'output.printed', output: 'some\n', outputChars: 3 };
export const COMMAND_ENDED: HookFact = {
  type: 'command.ended',
  exitCode: 0,
  endedAt: '2026-01-01T00:00:01.000Z',
  durationMs: 1_000,
};
export const FAILED: HookFact = { type: 'shell.failed', message: 'no such folder' };
export const COMPLAINED: HookFact = {
  type: 'shell.ended',
  exitCode: 2,
  durationMs: 5,
  output: '',
  outputChars: 0,
  complaint: 'sh: 1: Cannot fork',
};
export const SHUTDOWN: HookEvent = { type: 'hook.shutdown' };
