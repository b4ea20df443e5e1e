import { createActor, waitFor, type ActorRefFrom } from 'xstate';
import { bootMachine } from '../machines/boot.machine.ts';
import { chatMachine } from '../machines/chat.machine.ts';
import type { credentialMachine } from '../machines/credential.machine.ts';
import { engineMachine } from '../machines/engine.machine.ts';
import { hookMachine } from '../machines/hook.machine.ts';
import { outboxMachine } from '../machines/outbox.machine.ts';
import { backoffMs } from '../machines/outbox.setup.ts';
import { startHooksMachine } from '../machines/start-hooks.machine.ts';
import type { AgentDriver } from './agents/agent.ts';
import { answerCrashes } from './answer-crashes.ts';
import type { EngineEnvironment } from './engine-env.ts';
import type { Log } from './log.ts';
import type { Recorder } from './projection/recorder.ts';
import { monotonicClock } from './projection/turn-duration.ts';
import { agentSession } from './actors/agent-session.ts';
import { awaitCloudInit } from './actors/await-cloud-init.ts';
import { discoverRepositories } from './actors/discover-repositories.ts';
import { BootBoard } from './actors/boot-board.ts';
import { bootLimits } from './boot-limits.ts';
import { ChatActors } from './actors/chat-actors.ts';
import type { CredentialBoard } from './actors/credential-board.ts';
import { HookBoard } from './actors/hook-board.ts';
import { hookProcess } from './actors/hook-process.ts';
import { OutboxBoard } from './actors/outbox-board.ts';
import { tellControlPlane, type TellControlPlaneOptions } from './actors/tell-control-plane.ts';
import { runStartHooks, type HookRunsOptions } from './actors/run-start-hooks.ts';
import type { HookProcessOptions } from './hooks/hook-process.ts';
import type { OutputBounds } from './hooks/output-bounds.ts';
import type { HooksState } from './projection/hooks-state.ts';

export interface StartRootOptions {
  environment: EngineEnvironment;
  log: Log;
  drivers: ReadonlyMap<string, AgentDriver>;
  recorder: Recorder;
  /** The home was copied from another workspace: what ran there is not ours. */
  isCopy: boolean;
  hooks: RootHooksOptions;
  credentials: { logic: typeof credentialMachine; board: CredentialBoard };
  outbox: RootOutboxOptions;
}

export interface RootOutboxOptions extends TellControlPlaneOptions {
  /** Told when an event is behind us. */
  settle: (id: string) => void;
}

export interface RootHooksOptions extends HookProcessOptions {
  bounds: OutputBounds;
  state: HooksState;
  bootId: string;
  repositories: HookRunsOptions['repositories'];
  /** Resolves when every repository has been looked at. */
  discovered: () => Promise<unknown>;
  /** Told when nothing of a repository's start hook is left to run. */
  onCompleted: () => void;
}

export interface Root {
  actor: ActorRefFrom<typeof engineMachine>;
  chats: ChatActors;
  boot: BootBoard;
  hooks: HookBoard;
  /** Resolves when the root machine has come to its end. */
  ended(): Promise<unknown>;
}

/** Binds every name in the machines to what does it, and starts the root actor with the chats that are on record. */
export function startRoot(options: StartRootOptions): Root {
  const { environment, log, drivers, recorder, hooks, credentials, outbox } = options;
  const chatLogic = chatMachine.provide({
    actors: { agentSession: agentSession(drivers, monotonicClock(hooks.bootId)) },
    delays: { silentLimit: environment.AGENT_SILENT_MS, requestLimit: environment.REQUEST_TIMEOUT_MS },
  });
  const hookLogic = hookMachine.provide({ actors: { hookProcess: hookProcess(hooks) } });
  const startHooksLogic = startHooksMachine.provide({ actors: { hook: hookLogic } });
  const logic = { startHooks: startHooksLogic, hook: hookLogic };
  const hookBoard = new HookBoard({ ...hooks, recorder, logic });
  const limits = bootLimits(environment);
  const bootLogic = bootMachine.provide({
    actors: {
      awaitCloudInit: awaitCloudInit(limits.cloudInit.file),
      discoverRepositories: discoverRepositories(hooks.discovered),
      runStartHooks: runStartHooks({ ...hooks, board: hookBoard }),
    },
    delays: { cloudInitLimit: limits.cloudInit.limitMs, repositoriesLimit: limits.repositories.limitMs },
  });
  const chats = new ChatActors(recorder, chatLogic);
  const boot = new BootBoard({ recorder, logic: bootLogic, hooks, limits, log });
  const outboxLogic = outboxMachine.provide({
    actors: tellControlPlane(outbox),
    delays: { backoff: ({ context }) => backoffMs(context, Math.random()) },
  });
  const outboxBoard = new OutboxBoard({ recorder, logic: outboxLogic, settle: outbox.settle });
  const actors = {
    chat: chatLogic,
    boot: bootLogic,
    startHooks: startHooksLogic,
    credential: credentials.logic,
    outbox: outboxLogic,
  };
  const actor = createActor(engineMachine.provide({ actors }), {
    inspect: (event) => {
      chats.inspect(event);
      boot.inspect(event);
      hookBoard.inspect(event);
      credentials.board.inspect(event);
      outboxBoard.inspect(event);
    },
  });
  answerCrashes({ actor, boot, hooks: hookBoard, recorder, log });
  actor.start();
  const origin = { kind: options.isCopy ? ('copied' as const) : ('restored' as const) };
  for (const record of recorder.records.values())
    actor.send({ type: 'chat.restore', input: { record, origin } });
  return {
    actor,
    chats,
    boot,
    hooks: hookBoard,
    ended: () => waitFor(actor, ({ status }) => status !== 'active'),
  };
}
