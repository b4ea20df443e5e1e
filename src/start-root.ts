import { createActor, waitFor, type ActorRefFrom } from 'xstate';
import { bootMachine } from '../machines/boot.machine.ts';
import { chatMachine } from '../machines/chat.machine.ts';
import { engineMachine } from '../machines/engine.machine.ts';
import type { ChatCrashed } from '../machines/engine.setup.ts';
import type { AgentDriver } from './agents/agent.ts';
import { giveUp } from './commands/ending.ts';
import type { EngineEnvironment } from './engine-env.ts';
import type { Recorder } from './projection/recorder.ts';
import { agentSession } from './actors/agent-session.ts';
import { awaitCloudInit } from './actors/await-cloud-init.ts';
import { BootBoard } from './actors/boot-board.ts';
import { ChatActors } from './actors/chat-actors.ts';
import { restoredChatInput } from './actors/restore-chat.ts';

export interface StartRootOptions {
  environment: EngineEnvironment;
  drivers: ReadonlyMap<string, AgentDriver>;
  recorder: Recorder;
}

export interface Root {
  actor: ActorRefFrom<typeof engineMachine>;
  chats: ChatActors;
  boot: BootBoard;
  /** Resolves when the root machine has come to its end. */
  ended(): Promise<unknown>;
}

/** Binds every name in the machines to what does it, and starts the root actor with the chats that are on record. */
export function startRoot({ environment, drivers, recorder }: StartRootOptions): Root {
  const chatLogic = chatMachine.provide({
    actors: { agentSession: agentSession(drivers) },
    delays: { silentLimit: environment.AGENT_SILENT_MS, requestLimit: environment.REQUEST_TIMEOUT_MS },
  });
  const bootLogic = bootMachine.provide({
    actors: { awaitCloudInit: awaitCloudInit(environment.CLOUD_INIT_OUTPUT_LOG) },
    delays: { cloudInitLimit: environment.CLOUD_INIT_TIMEOUT_MS },
  });
  const chats = new ChatActors(recorder, chatLogic);
  const boot = new BootBoard(recorder, bootLogic);
  const actor = createActor(engineMachine.provide({ actors: { chat: chatLogic, boot: bootLogic } }), {
    inspect: (event) => {
      chats.inspect(event);
      boot.inspect(event);
    },
  });
  actor.on('chat.created', (event) => recorder.record([event]));
  actor.on('chat.crashed', (event) => answerCrash(event, { actor, recorder }));
  actor.start();
  for (const record of recorder.records.values()) {
    actor.send({ type: 'chat.restore', input: restoredChatInput(record) });
  }
  return { actor, chats, boot, ended: () => waitFor(actor, ({ status }) => status !== 'active') };
}

/** A crashed chat comes back from its record, or its turn is ended for good. */
function answerCrash(
  { chatId, isGivenUp, reason }: ChatCrashed,
  { actor, recorder }: { actor: Root['actor']; recorder: Recorder },
): void {
  const record = recorder.records.get(chatId);
  const code = isGivenUp ? 'chat_given_up' : 'chat_crashed';
  recorder.record([{ type: 'error', payload: { code, message: reason, context: { chatId } } }]);
  if (record === undefined) return;
  if (isGivenUp) recorder.record(giveUp(record, reason));
  else actor.send({ type: 'chat.restore', input: restoredChatInput(record) });
}
