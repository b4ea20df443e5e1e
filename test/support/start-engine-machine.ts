import { SimulatedClock, createActor, fromCallback, fromPromise } from 'xstate';
import type { ActorRefFrom, InspectionEvent } from 'xstate';
import { bootMachine } from '../../machines/boot.machine.ts';
import type { agentProcessMachine } from '../../machines/agent-process.machine.ts';
import type { ChatEvent } from '../../machines/chat.events.ts';
import { chatMachine } from '../../machines/chat.machine.ts';
import { credentialMachine } from '../../machines/credential.machine.ts';
import type { RefreshEnd, RefreshInput } from '../../machines/credential.setup.ts';
import { loginMachine } from '../../machines/login.machine.ts';
import { engineMachine } from '../../machines/engine.machine.ts';
import type { EngineCommand, EngineEmitted } from '../../machines/engine.events.ts';
import type { AgentCommand, AgentSessionInput } from '../../src/contract/facts.ts';
import { session } from './chat-words.ts';
import { chatInputOf, type ChatStart } from './start-chat.ts';
import { leafIn } from './state-names.ts';

/** Time passes (in milliseconds), or something is said to the engine. */
export type EngineStep = EngineCommand | number;

/** The agent of a chat that is told to prepare this message breaks the chat. */
export const POISON = 'poison';

/** So long does boot wait for the sign of cloud-init: the harness boots by letting this time pass. */
export const BOOT = 600_000;

/** What the agents of one engine went through, in order. */
type Heard = { chatId: string; command: AgentCommand | 'detached' }[];

const recordings = new WeakMap<object, Heard>();

/** A running engine whose agents only record what they are told, on a clock the test owns. */
export function startEngineMachine(inspect?: (event: InspectionEvent) => void, logic = machine) {
  const clock = new SimulatedClock();
  const emitted: EngineEmitted[] = [];
  const heard: Heard = [];
  const engine = createActor(logic, { clock, ...(inspect === undefined ? {} : { inspect }) });
  recordings.set(engine.system, heard);
  engine.on('*', (event) => emitted.push(event));
  engine.start();

  function take(...steps: EngineStep[]): void {
    for (const step of steps) {
      if (typeof step === 'number') clock.increment(step);
      else engine.send(step);
      if (step === BOOT) prepare();
    }
  }

  /** The repositories are found at once, and have no hooks. */
  function prepare(): void {
    for (const actor of ['discoverRepositories', 'runStartHooks'])
      engine.getSnapshot().children.boot?.send({ type: `xstate.done.actor.${actor}` });
  }

  function chat(chatId: string): ActorRefFrom<typeof chatMachine> | undefined {
    return (engine.getSnapshot().children as Record<string, ActorRefFrom<typeof chatMachine>>)[chatId];
  }

  function say(chatId: string, ...events: ChatEvent[]): void {
    for (const event of events) chat(chatId)?.send(event);
  }

  return { engine, clock, emitted, heard, take, chat, say };
}

/** Where the engine is in its work, or at which end. */
export function workOf(engine: EngineHarness['engine']) {
  return leafIn(engine.getSnapshot(), 'active.work');
}

export type EngineHarness = ReturnType<typeof startEngineMachine>;

export function create(chatId: string): EngineCommand {
  const { record } = chatInputOf({ session: session({ chatId }) });
  return { type: 'chat.create', input: { record, origin: { kind: 'created' } } };
}

export function restore(chatId: string, rest: Omit<ChatStart, 'mayStart'> = {}): EngineCommand {
  const { record, origin } = chatInputOf({ session: session({ chatId }), ...rest });
  return { type: 'chats.restore', inputs: [{ record, origin }] };
}

export function doneOf(actorId: string): EngineCommand {
  return { type: `xstate.done.actor.${actorId}`, actorId };
}

export function breakOf(actorId: string): EngineCommand {
  return { type: `xstate.error.actor.${actorId}`, actorId, error: 'broken' };
}

const heardAgent = fromCallback<AgentCommand, AgentSessionInput>(({ input, receive, system }) => {
  const { chatId } = input;
  receive((command) => {
    if (command.type === 'agent.prepare' && command.message.messageId === POISON)
      throw new Error('Poisoned.');
    recordings.get(system)?.push({ chatId, command });
  });
  return () => recordings.get(system)?.push({ chatId, command: 'detached' });
});

const never = fromPromise<void, undefined>(waitForever);

/** One machine for all engines: providing actors is slow. */
const machine = engineMachine.provide({
  actors: {
    boot: bootMachine.provide({
      actors: { awaitCloudInit: never, discoverRepositories: never, runStartHooks: never },
    }),
    chat: chatMachine.provide({
      actors: { agentProcess: heardAgent as unknown as typeof agentProcessMachine },
    }),
    credential: credentialMachine.provide({
      actors: {
        refreshCredential: fromPromise<RefreshEnd, RefreshInput>(() => new Promise(() => undefined)),
      },
    }),
    copyWorkspace: never,
    finishTurns: never,
    mirror: never as never,
    archive: never as never,
    login: loginMachine.provide({
      actors: { recallRefused: never as never, awaitFirstRefresh: never as never },
    }),
  },
});

/** One of which only chats do anything by themselves: for tests that say what becomes of the rest. */
export const quietMachine = machine.provide({
  actors: {
    boot: never as never,
    credential: never as never,
    login: never as never,
    startHooks: never as never,
    outbox: never as never,
  },
});

function waitForever(): Promise<void> {
  return new Promise(() => undefined);
}
