import type { AnyStateMachine } from 'xstate';
import { agentProcessMachine } from '../../../machines/agent-process.machine.ts';
import { archiveMachine } from '../../../machines/archive.machine.ts';
import { bootMachine } from '../../../machines/boot.machine.ts';
import { chatMachine } from '../../../machines/chat.machine.ts';
import { credentialMachine } from '../../../machines/credential.machine.ts';
import { engineMachine } from '../../../machines/engine.machine.ts';
import { hookMachine } from '../../../machines/hook.machine.ts';
import { loginMachine } from '../../../machines/login.machine.ts';
import { mirrorMachine } from '../../../machines/mirror.machine.ts';
import { outboxMachine } from '../../../machines/outbox.machine.ts';
import { restoreMachine } from '../../../machines/restore.machine.ts';
import { startHooksMachine } from '../../../machines/start-hooks.machine.ts';

/** Every statechart of the engine, by the name of its file. */
export const MACHINES: Readonly<Record<string, AnyStateMachine>> = {
  'agent-process': agentProcessMachine,
  archive: archiveMachine,
  boot: bootMachine,
  chat: chatMachine,
  credential: credentialMachine,
  engine: engineMachine,
  hook: hookMachine,
  login: loginMachine,
  mirror: mirrorMachine,
  outbox: outboxMachine,
  restore: restoreMachine,
  'start-hooks': startHooksMachine,
};
