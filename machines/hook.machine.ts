/**
 * The hook of one repository: its commands, in order, whatever becomes of each.
 *
 * Commands run in steps, one shell each: one per command, or one for all of them. A step has a time limit; a process
 * that the last engine started is met while it runs and has only what is left of it. Past the limit the process is
 * killed with everything it started and the next step runs; one that the last engine began to kill is out of time,
 * however it ended. A shutdown ends the process and leaves the rest for the
 * next engine.
 */
import { hookSetup } from './hook.setup.ts';

export const hookMachine = hookSetup.createMachine({
  id: 'hook',
  context: ({ input }) => ({ hook: input.hook, elapsedMs: 0, isShuttingDown: false }),
  initial: 'choosing',
  states: {
    choosing: {
      description: 'Is there anything left to run?',
      always: [
        { guard: 'isShuttingDown', target: 'stopped' },
        { guard: 'hasStepLeft', target: 'active' },
        { target: 'ended' },
      ],
    },
    active: {
      description: 'A shell runs one or all commands; leaving this state lets go of it.',
      invoke: {
        id: 'shell',
        src: 'hookProcess',
        input: ({ context }) => context.hook,
        onError: { target: 'choosing', actions: 'noteStepEnd' },
      },
      initial: 'launching',
      on: {
        'output.printed': { actions: 'noteOutput' },
        'shell.failed': { target: 'choosing', actions: 'noteStepEnd' },
        'shell.ended': { target: 'choosing', actions: 'noteStepEnd' },
      },
      states: {
        launching: {
          description: 'The process is started, or found again.',
          on: {
            'shell.started': [
              { guard: 'isOutOfTime', target: 'timingOut', actions: 'noteStart' },
              { target: 'running', actions: 'noteStart' },
            ],
            'hook.shutdown': { target: 'stopping' },
          },
        },
        running: {
          description: 'The process runs, and so does its time limit.',
          on: {
            'command.ended': { actions: 'noteCommandEnd' },
            'hook.shutdown': { target: 'stopping' },
          },
          after: { timeLimit: { target: 'timingOut' } },
        },
        timingOut: {
          description: 'The time is up: the process and everything it started are being killed.',
          entry: 'killLate',
          on: {
            'shell.ended': { target: '#hook.choosing', actions: 'noteTimeOut' },
            'hook.shutdown': { actions: 'rememberShutdown' },
          },
          after: {
            killLimit: { target: '#hook.choosing', actions: 'noteTimeOut' },
          },
        },
        stopping: {
          description: 'The engine stops: the process and everything it started are being killed.',
          entry: ['rememberShutdown', 'killProcess'],
          on: {
            'shell.ended': { target: '#hook.choosing', actions: 'noteStepCut' },
          },
          after: {
            killLimit: { target: '#hook.choosing', actions: 'noteStepCut' },
          },
        },
      },
    },
    ended: { description: 'Every command is over.', type: 'final', entry: 'reportEnd' },
    stopped: { description: 'The engine stops; the next one runs the rest.', type: 'final' },
  },
});
