/**
 * The login of one agent: the first of those there are that was not refused.
 *
 * When the model's API refuses it, one refresh serves all who report that. The control plane issues another, or the next
 * of those there are takes over, or someone has to log in; whoever reported it is told which. Right after that a refusal
 * may still be about the login before, and gets the same answer. Which ones were refused outlives the engine.
 */
import { loginInUse } from './login.choice.ts';
import { loginSetup } from './login.setup.ts';

export const loginMachine = loginSetup.createMachine({
  id: 'login',
  context: ({ input }) => ({ provider: input.provider, logins: [], refused: [], rejected: null }),
  initial: 'unknown',
  on: { 'login.changed': { actions: ['noteLogins', 'tellChanged'] } },
  states: {
    unknown: {
      description: 'The first refresh may bring another login; refusals wait for it.',
      invoke: [
        {
          id: 'recall',
          src: 'recallRefused',
          input: ({ context }) => ({ provider: context.provider }),
          onDone: { actions: 'noteRecalled' },
          onError: {},
        },
        {
          id: 'firstRefresh',
          src: 'awaitFirstRefresh',
          input: ({ context }) => ({ provider: context.provider }),
          onDone: [
            { guard: 'isReported', target: 'settling', actions: 'noteLogins' },
            { target: 'ready', actions: 'noteLogins' },
          ],
          onError: [{ guard: 'isReported', target: 'settling' }, { target: 'ready' }],
        },
      ],
      on: { 'login.rejected': { actions: ['noteLogins', 'takeReport'] } },
      after: { firstLimit: [{ guard: 'isReported', target: 'settling' }, { target: 'ready' }] },
    },
    ready: {
      description: 'Nobody has complained about the login in use.',
      on: { 'login.rejected': { target: 'settling', actions: ['noteLogins', 'takeReport'] } },
    },
    settling: {
      description: 'It was refused; a running refresh may bring another one.',
      invoke: {
        id: 'refreshUnderWay',
        src: 'awaitRefresh',
        input: ({ context }) => ({ provider: context.provider }),
        onDone: [
          { guard: 'isRenewed', target: 'renewed', actions: ['noteLogins', 'tellRenewed'] },
          { target: 'refreshing', actions: 'noteLogins' },
        ],
        onError: { target: 'refreshing' },
      },
    },
    refreshing: {
      description: 'The control plane is asked for another one.',
      invoke: {
        id: 'refresh',
        src: 'refreshLogin',
        input: ({ context }) => ({
          provider: context.provider,
          rejected: context.rejected?.sha256 ?? null,
        }),
        onDone: [
          { guard: 'isRenewed', target: 'renewed', actions: ['noteLogins', 'tellRenewed'] },
          { guard: 'isAnotherLeft', target: 'fallingBack', actions: ['noteLogins', 'noteRefused'] },
          { target: 'refused', actions: ['noteLogins', 'tellRefused'] },
        ],
        onError: { target: 'refused', actions: 'tellRefused' },
      },
    },
    fallingBack: {
      description: 'No new one was issued: the next available login is put in place.',
      invoke: {
        id: 'use',
        src: 'useLogin',
        input: ({ context }) => ({
          provider: context.provider,
          next: loginInUse(context.logins, context.refused)?.sha256,
        }),
        onDone: { target: 'renewed', actions: ['noteLogins', 'tellChanged', 'tellReplaced'] },
        onError: { target: 'refused', actions: 'tellRefused' },
      },
    },
    renewed: {
      description: 'Another login has just taken over: a refusal may still concern the previous one.',
      entry: 'forgetReport',
      on: {
        'login.rejected': [
          { guard: 'isOfLoginInUse', target: 'settling', actions: ['noteLogins', 'takeReport'] },
          { actions: 'tellRenewed' },
        ],
      },
      after: { echo: { target: 'ready' } },
    },
    refused: {
      description: 'No login is left: someone has to log in. The next turn starts with the first one again.',
      entry: ['forgetReport', 'forgetRefused'],
      on: {
        'login.rejected': [
          { guard: 'isOfLoginInUse', target: 'settling', actions: ['noteLogins', 'takeReport'] },
          { actions: 'tellRefused' },
        ],
        'login.changed': { target: 'ready', actions: ['noteLogins', 'tellChanged'] },
      },
      after: { echo: { target: 'ready' } },
    },
  },
});
