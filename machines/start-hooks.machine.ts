/**
 * The hooks of a workspace: one run at a time, in it one hook per repository, side by side.
 * The environment's own runs before them.
 *
 * A run is announced when it starts and when its last hook is over, once each; a run that the last engine began is
 * taken up in silence. No failure of a hook reaches another one.
 */
import { startHooksSetup } from './start-hooks.setup.ts';

export const startHooksMachine = startHooksSetup.createMachine({
  id: 'startHooks',
  context: { run: null, running: [], waiting: [], hasFailed: false },
  initial: 'idle',
  states: {
    idle: {
      description: 'No hook runs.',
      on: {
        'hooks.run': { target: 'running', actions: ['rememberRun', 'announceStarted', 'startHooks'] },
        'hooks.resume': { target: 'running', actions: ['rememberRun', 'startHooks'] },
        'hooks.shutdown': { target: 'stopped' },
      },
    },
    running: {
      description:
        "Hooks run, the environment's before those of repositories; the last one to end ends the run.",
      always: [
        { guard: 'hasOnlyWaiting', actions: 'startWaiting' },
        { guard: 'hasNoHook', target: 'idle', actions: 'announceEnd' },
      ],
      on: {
        'hook.ended': { actions: 'noteOutcome' },
        'xstate.done.actor.*': { actions: 'forgetHook' },
        'xstate.error.actor.*': { actions: ['forgetHook', 'noteCrash'] },
        'hooks.shutdown': { target: 'stopping' },
      },
    },
    stopping: {
      description: 'The engine stops: running hooks are killed, waiting ones are left for the next engine.',
      entry: 'shutDownHooks',
      always: { guard: 'hasNoHook', target: 'stopped' },
      on: {
        'xstate.done.actor.*': { actions: 'forgetHook' },
        'xstate.error.actor.*': { actions: 'forgetHook' },
      },
      after: { stopLimit: { target: 'stopped' } },
    },
    stopped: { description: 'No hook runs any more.', type: 'final' },
  },
});
