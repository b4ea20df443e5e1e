import { describe, expect, it } from 'vitest';
import { StateMachine, createActor } from 'xstate';
import type { AnyActorLogic } from 'xstate';
import { agentProcessMachine } from '../../machines/agent-process.machine.ts';
import { bootMachine } from '../../machines/boot.machine.ts';
import { chatMachine } from '../../machines/chat.machine.ts';
import { credentialMachine } from '../../machines/credential.machine.ts';
import { engineMachine } from '../../machines/engine.machine.ts';
import { hookMachine } from '../../machines/hook.machine.ts';
import { loginMachine } from '../../machines/login.machine.ts';
import { archiveMachine } from '../../machines/archive.machine.ts';
import { mirrorMachine } from '../../machines/mirror.machine.ts';
import { outboxMachine } from '../../machines/outbox.machine.ts';
import { restoreMachine } from '../../machines/restore.machine.ts';
import { startHooksMachine } from '../../machines/start-hooks.machine.ts';
import { UnprovidedActorError } from '../../machines/must-provide.ts';
import { chatInputOf } from '../support/start-chat.ts';

const ACTORS = [
  agentProcessMachine,
  bootMachine,
  chatMachine,
  credentialMachine,
  engineMachine,
  hookMachine,
  loginMachine,
  archiveMachine,
  mirrorMachine,
  outboxMachine,
  restoreMachine,
  startHooksMachine,
].flatMap(({ implementations }) =>
  Object.entries<AnyActorLogic>(implementations.actors as Record<string, AnyActorLogic>),
);
const STAND_INS = ACTORS.filter(([, logic]) => !(logic instanceof StateMachine));

describe('a machine whose actors were not provided', () => {
  it.each(STAND_INS)('says that "%s" has no implementation', async (name, logic) => {
    await expect(failureOf(logic)).resolves.toEqual(new UnprovidedActorError(name));
  });

  it('fails as a chat with the name of the missing actor', async () => {
    const chat = createActor(chatMachine, { input: chatInputOf() });
    const failure = new Promise((resolve) => chat.subscribe({ error: resolve }));

    chat.start();

    await expect(failure).resolves.toEqual(new UnprovidedActorError('executor'));
  });

  it('leaves no other actor to be provided than these', () => {
    expect(STAND_INS.map(([name]) => name)).toEqual([
      'executor',
      'awaitCloudInit',
      'restoreRepositories',
      'discoverRepositories',
      'runStartHooks',
      'clock',
      'refreshCredential',
      'copyWorkspace',
      'finishTurns',
      'hookProcess',
      'recallRefused',
      'awaitFirstRefresh',
      'awaitRefresh',
      'refreshLogin',
      'useLogin',
      'reasons',
      'takeArchive',
      'claimLog',
      'copyJournal',
      'nextEvent',
      'tellEvent',
      'keepDeadLetter',
      'claimWorkspace',
      'fetchWorkspace',
      'placeWorkspace',
    ]);
  });
});

function failureOf(logic: AnyActorLogic): Promise<unknown> {
  const actor = createActor(logic, { input: undefined });
  return new Promise((resolve) => {
    actor.subscribe({ error: resolve });
    actor.start();
  });
}
