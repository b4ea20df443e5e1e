import { SimulatedClock, createActor, fromCallback } from 'xstate';
import type { ActorRefFrom, InspectionEvent } from 'xstate';
import type { HookEvent, HookProcessCommand } from '../../machines/hook.events.ts';
import { hookMachine } from '../../machines/hook.machine.ts';
import { startHooksMachine } from '../../machines/start-hooks.machine.ts';
import type { StartHooksEmitted, StartHooksEvent } from '../../machines/start-hooks.setup.ts';
import type { HookRecord, HookRun } from '../../src/contract/hook-records.ts';
import { hookRecord } from './start-hook.ts';
import { takes } from './steps.ts';

/** Time passes (in milliseconds), or something is said to the hooks. */
export type HooksStep = StartHooksEvent | number;

const machine = startHooksMachine.provide({
  actors: {
    hook: hookMachine.provide({
      actors: {
        hookProcess: fromCallback<HookProcessCommand, HookRecord>(() => undefined),
      },
    }),
  },
});

export const RUN: HookRun = {
  runId: 'run',
  bootId: 'boot',
  kind: 'start',
  trigger: 'boot',
  state: 'running',
};

/** The hooks of a workspace whose shells do nothing, on a clock the test owns. */
export function startStartHooks(inspect?: (event: InspectionEvent) => void) {
  const clock = new SimulatedClock();
  const emitted: StartHooksEmitted[] = [];
  const hooks = createActor(machine, { clock, ...(inspect === undefined ? {} : { inspect }) });
  hooks.on('*', (event) => emitted.push(event));
  hooks.start();
  const take = takes(hooks, clock);

  function say(repoName: string, ...events: HookEvent[]): void {
    const children = hooks.getSnapshot().children as Record<string, ActorRefFrom<typeof hookMachine>>;
    for (const event of events) children[repoName]?.send(event);
  }

  return { hooks, clock, emitted, take, say };
}

export type HooksHarness = ReturnType<typeof startStartHooks>;

/** A hook of one command. */
export function short(repoName: string, rest: Partial<HookRecord> = {}): HookRecord {
  const { steps, commands } = hookRecord();
  return hookRecord({ repoName, steps: steps.slice(0, 1), commands: commands.slice(0, 1), ...rest });
}

export function run(...repoNames: string[]): StartHooksEvent {
  return { type: 'hooks.run', run: RUN, hooks: repoNames.map((name) => short(name)) };
}

/** A run in which the environment has a hook too. */
export function runBehindEnvironment(...repoNames: string[]): StartHooksEvent {
  const environment = short('environment', { hookType: 'environment' });
  return { type: 'hooks.run', run: RUN, hooks: [environment, ...repoNames.map((name) => short(name))] };
}

export const SHUTDOWN: StartHooksEvent = { type: 'hooks.shutdown' };

export function crashed(repoName: string): StartHooksEvent {
  return { type: `xstate.error.actor.${repoName}`, actorId: repoName, error: new Error('broken') };
}
