/** The vocabulary of the start hooks machine. */
import { assign, emit, enqueueActions, setup } from 'xstate';
import type { EngineEventBody } from '../src/contract/events.ts';
import type { HookRecord, HookRun } from '../src/contract/hook-records.ts';
import type { HookStatus, HooksProgress } from '../src/contract/hooks.ts';
import type { LineRecord } from '../src/contract/records.ts';
import type { HookEnded } from './hook.events.ts';
import { hookMachine } from './hook.machine.ts';
import { isOpen } from './hook.record.ts';

export type StartHooksEvent =
  | { type: 'hooks.run'; run: HookRun; hooks: HookRecord[] }
  /** A run that the last engine began: its hooks as they were then. */
  | { type: 'hooks.resume'; run: HookRun; hooks: HookRecord[] }
  | HookEnded
  | { type: 'hooks.shutdown' }
  | { type: `xstate.done.actor.${string}`; actorId: string }
  | { type: `xstate.error.actor.${string}`; actorId: string; error: unknown };

export type StartHooksEmitted = EngineEventBody<
  'hooks.started' | 'hooks.completed' | 'hooks.failed' | 'error'
> & {
  record?: LineRecord;
};

export interface StartHooksContext {
  run: HookRun | null;
  /** Hooks that are not over, by repository. */
  running: string[];
  /** Hooks of repositories, as long as the environment's runs. */
  waiting: HookRecord[];
  hasFailed: boolean;
}

export const startHooksSetup = setup({
  types: {} as { context: StartHooksContext; events: StartHooksEvent; emitted: StartHooksEmitted },
  actors: { hook: hookMachine },
  actions: {
    rememberRun: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'hooks.run' && event.type !== 'hooks.resume') return;
      enqueue.assign({ run: event.run, hasFailed: event.hooks.some(isFailure) });
    }),
    announceStarted: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'hooks.run') return;
      const { run, hooks } = event;
      const payload = { ...summaryOf(run), running: true, completed: false };
      enqueue.emit({ type: 'hooks.started', payload, record: { hookRun: run, hooks } });
    }),
    startHooks: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'hooks.run' && event.type !== 'hooks.resume') return;
      const open = event.hooks.filter(isOpen);
      const first = open.filter(isOfEnvironment);
      for (const hook of first) enqueue.spawnChild('hook', { id: hook.repoName, input: { hook } });
      enqueue.assign({
        running: first.map(({ repoName }) => repoName),
        waiting: open.filter((hook) => !first.includes(hook)),
      });
    }),
    startWaiting: enqueueActions(({ context: { waiting }, enqueue }) => {
      for (const hook of waiting) enqueue.spawnChild('hook', { id: hook.repoName, input: { hook } });
      enqueue.assign({ running: waiting.map(({ repoName }) => repoName), waiting: [] });
    }),
    noteOutcome: assign({
      hasFailed: ({ context, event }) =>
        context.hasFailed || (event.type === 'hook.ended' && isFailure(event)),
    }),
    forgetHook: enqueueActions(({ context, event, enqueue }) => {
      if (!('actorId' in event)) return;
      const running = context.running.filter((name) => name !== event.actorId);
      enqueue.stopChild(event.actorId);
      enqueue.assign({ running });
    }),
    noteCrash: enqueueActions(({ event, enqueue }) => {
      if (!('error' in event)) return;
      const payload = { code: 'hook_crashed', message: String(event.error) };
      enqueue.assign({ hasFailed: true });
      enqueue.emit({ type: 'error', payload: { ...payload, context: { repoName: event.actorId } } });
    }),
    announceEnd: emit(({ context }) => endOf(context)),
    shutDownHooks: enqueueActions(({ context, enqueue }) => {
      for (const name of context.running) enqueue.sendTo(name, { type: 'hook.shutdown' });
    }),
  },
  guards: {
    hasNoHook: ({ context }) => context.running.length === 0,
    hasOnlyWaiting: ({ context }) => context.running.length === 0 && context.waiting.length > 0,
  },
  delays: { stopLimit: 7_000 },
});

function isOfEnvironment({ hookType }: HookRecord): boolean {
  return hookType !== undefined;
}

function isFailure({ status }: { status: HookStatus }): boolean {
  return !['pending', 'running', 'succeeded', 'skipped'].includes(status);
}

function summaryOf(run: HookRun): Pick<HooksProgress, 'runId' | 'kind'> {
  return { runId: run.runId, kind: run.kind };
}

function endOf({ run, hasFailed }: StartHooksContext): StartHooksEmitted {
  const state = hasFailed ? ('failed' as const) : ('completed' as const);
  return {
    type: hasFailed ? 'hooks.failed' : 'hooks.completed',
    payload: { ...(run === null ? {} : summaryOf(run)), running: false, completed: true },
    ...(run === null ? {} : { record: { hookRun: { ...run, state } } }),
  };
}
