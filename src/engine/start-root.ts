import { createActor, fromCallback, fromPromise, waitFor, type ActorRefFrom } from 'xstate';
import { archiveMachine } from '../../machines/archive.machine.ts';
import { archiveBackoffMs } from '../../machines/archive.setup.ts';
import { bootMachine, type Unrestored } from '../../machines/boot.machine.ts';
import type { ChatOrigin } from '../../machines/chat.events.ts';
import { chatMachine } from '../../machines/chat.machine.ts';
import { engineMachine } from '../../machines/engine.machine.ts';
import type { EngineCommand } from '../../machines/engine.events.ts';
import { hookMachine } from '../../machines/hook.machine.ts';
import { isOpen } from '../../machines/hook.record.ts';
import { mirrorMachine } from '../../machines/mirror.machine.ts';
import { mirrorBackoffMs } from '../../machines/mirror.setup.ts';
import { outboxMachine } from '../../machines/outbox.machine.ts';
import { backoffMs } from '../../machines/outbox.setup.ts';
import { startHooksMachine } from '../../machines/start-hooks.machine.ts';
import type { StartHooksEvent } from '../../machines/start-hooks.setup.ts';
import type { AgentDriver, OpenExecutor } from '../agents/agent.ts';
import type { Recorder } from '../journal/projection/recorder.ts';
import { monotonicClock } from '../journal/projection/turn-end.ts';
import { agentProcess } from '../chats/agent-process.ts';
import { awaitCloudInit } from './await-cloud-init.ts';
import type { CredentialActor } from '../credentials/credential-board.ts';
import { hookProcess } from '../hooks/hook-actor.ts';
import { recordActors, type ChatActor, type Reactions } from '../journal/record-actors.ts';
import { resumeOf, runStartHooks } from '../hooks/run-start-hooks.ts';
import type { Credentials } from './open-credentials.ts';
import type { Home } from './open-home.ts';
import type { OpenedHooks } from './open-hooks.ts';
import type { OutboxActors } from './open-outbox.ts';
import type { ArchiveActors } from '../archive/archive.ts';
import type { MirrorActors } from '../mirror/mirror.ts';

export interface StartRootOptions {
  drivers: ReadonlyMap<string, AgentDriver>;
  /** What acts on the process of each chat, by the chat. */
  executors: Map<string, OpenExecutor>;
  recorder: Recorder;
  /** How the chats on record came here. */
  restoreRepositories: () => Promise<Unrestored[]>;
  hooks: OpenedHooks;
  credentials: Credentials;
  outbox: OutboxActors;
  move: RootMoveActors;
  /** Null without a shared log. */
  mirror: MirrorActors | null;
  /** Told when another engine has the workspace. */
  onMoved: () => void;
  /** Null without an archive. */
  archive: ArchiveActors | null;
}

/** What gives the workspace to another machine. */
export type RootMoveActors = Pick<
  Required<NonNullable<Parameters<typeof engineMachine.provide>[0]['actors']>>,
  'finishTurns' | 'copyWorkspace'
>;

export interface Root {
  actor: ActorRefFrom<typeof engineMachine>;
  readonly chat: (chatId: string) => ChatActor | undefined;
  readonly toHooks: (event: StartHooksEvent) => void;
  readonly archive: () => ActorRefFrom<typeof archiveMachine> | undefined;
  readonly mirror: () => ActorRefFrom<typeof mirrorMachine> | undefined;
  /** Resolves when the root machine has come to its end. */
  ended(): Promise<unknown>;
  /** Resolves when another machine may go on with the workspace. */
  moved(): Promise<void>;
}

const NOTHING_USED = { usd: 0, tokens: 0, turns: 0 };

/** Binds every name in the machines to what does it, and starts the root actor with the chats that are on record. */
export function startRoot(home: Home, options: StartRootOptions): Root {
  const { recorder } = options;
  const childOf = (id: string) => (actor.getSnapshot().children as Record<string, unknown>)[id];
  const root: Omit<Root, 'actor'> = {
    chat: (chatId) => childOf(chatId) as ChatActor | undefined,
    toHooks: (event) => (childOf('startHooks') as ActorRefFrom<typeof startHooksMachine>).send(event),
    archive: () => childOf('archive') as ActorRefFrom<typeof archiveMachine> | undefined,
    mirror: () => childOf('mirror') as ActorRefFrom<typeof mirrorMachine> | undefined,
    ended: () => waitFor(actor, (snapshot) => snapshot.hasTag('over')),
    moved: () =>
      new Promise((resolve) => {
        actor.subscribe((snapshot) => {
          if (snapshot.matches({ active: { work: 'moved' } })) resolve();
        });
      }),
  };
  const send = (command: EngineCommand) => actor.send(command);
  const recordActor = recordActors({
    recorder,
    log: home.log,
    reactions: reactionsOf(home, options, { ...root, send }),
  });
  const actor: Root['actor'] = createActor(
    engineMachine.provide({ actors: logicsOf(home, options, root.toHooks) }),
    {
      inspect: (event) => {
        recordActor(event);
        options.credentials.logins.inspect(event);
      },
    },
  );
  actor.start();
  recorder.onUse = (limits, used) => {
    const at = new Date().toISOString();
    send({ type: 'workspace.used', limits, used: limits.budget === null ? NOTHING_USED : used(), at });
  };
  recorder.tellUse();
  if (options.mirror !== null) send({ type: 'mirror.begin' });
  if (options.archive !== null) send({ type: 'archive.begin' });
  const origin = originOf(home);
  send({
    type: 'chats.restore',
    inputs: [...recorder.records.values()].map((record) => ({ record, origin })),
  });
  return { ...root, actor };
}

/** Whose the processes are that the records name. */
export function originOf({ isCopy, restored }: Home): ChatOrigin {
  if (isCopy) return { kind: 'copied' };
  return { kind: restored === null ? 'restored' : 'moved' };
}

function logicsOf(home: Home, options: StartRootOptions, toHooks: Root['toHooks']) {
  const { drivers, executors, recorder, hooks, credentials, outbox, move, mirror, archive } = options;
  const { environment } = home;
  const wasMoved = home.restored !== null;
  const hook = hookMachine.provide({ actors: { hookProcess: hookProcess(hooks) } });
  const clock = monotonicClock(hooks.state.bootId);
  return {
    ...move,
    boot: bootMachine.provide({
      actors: {
        awaitCloudInit: awaitCloudInit(environment.CLOUD_INIT_OUTPUT_LOG),
        restoreRepositories: fromPromise<Unrestored[], undefined>(options.restoreRepositories),
        discoverRepositories: fromPromise<void, undefined>(async () => void (await hooks.discovered())),
        runStartHooks: runStartHooks({ ...hooks, recorder, toHooks }),
      },
      guards: { wasMoved: () => wasMoved },
      delays: { cloudInitLimit: environment.CLOUD_INIT_TIMEOUT_MS },
    }),
    chat: chatMachine.provide({
      actors: {
        clock: fromCallback(({ sendBack }) => {
          sendBack({ type: 'clock.read', at: new Date().toISOString() });
        }),
        agentProcess: agentProcess(drivers, { clock, idleMs: environment.AGENT_IDLE_MS, executors }),
      },
      delays: { silentLimit: environment.AGENT_SILENT_MS, requestLimit: environment.REQUEST_TIMEOUT_MS },
    }),
    credential: credentials.logic,
    login: credentials.logins.logic,
    ...(archive && {
      archive: archiveMachine.provide({
        actors: archive,
        delays: { backoff: ({ context }) => archiveBackoffMs(context, Math.random()) },
      }),
    }),
    ...(mirror && {
      mirror: mirrorMachine.provide({
        actors: mirror,
        delays: { backoff: ({ context }) => mirrorBackoffMs(context, Math.random()) },
      }),
    }),
    outbox: outboxMachine.provide({
      actors: outbox,
      delays: { backoff: ({ context }) => backoffMs(context, Math.random()) },
    }),
    startHooks: startHooksMachine.provide({ actors: { hook } }),
  };
}

function reactionsOf(
  { log, outbox }: Home,
  { recorder, hooks: { state }, credentials, onMoved }: StartRootOptions,
  { toHooks, send }: Pick<Root, 'toHooks'> & { send: (command: EngineCommand) => void },
): Reactions {
  return {
    'event.settled': ({ id }) => outbox.settle(id),
    'workspace.moved': () => {
      onMoved();
      send({ type: 'engine.fence' });
    },
    'credentials.changed': ({ payload }, actor) => credentials.board.note(actor as CredentialActor, payload),
    'hook.changed': ({ hook }) => state.fold({ hooks: [hook] }),
    'hooks.progress': ({ record: { hooks = [] } }) => {
      if (hooks.every(({ commands }) => !commands.some(isOpen))) state.onCompleted();
    },
    /** A crashed chat comes back from its record, at last only to end its turn. */
    'chat.crashed': ({ chatId, isGivenUp, error }) => {
      log.error({ err: error, chatId }, 'a chat crashed');
      const record = recorder.records.get(chatId);
      const origin: ChatOrigin = isGivenUp
        ? { kind: 'givenUp', reason: String(error) }
        : { kind: 'restored' };
      if (record !== undefined) send({ type: 'chats.restore', inputs: [{ record, origin }] });
    },
    /** Hooks take up what they were at. */
    'actor.crashed': ({ actorId, isGivenUp, error }) => {
      log.error({ err: error, actorId }, 'a part of the engine crashed');
      if (actorId === 'startHooks' && !isGivenUp && state.isRunning) toHooks(resumeOf(state));
    },
  };
}
