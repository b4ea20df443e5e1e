/** The vocabulary of the engine machine. */
import { and, assertEvent, assign, emit, setup, stateIn } from 'xstate';
import type { CredentialProvider, LoginProvider } from '../src/contract/credentials.ts';
import type { Spent } from '../src/contract/budget.ts';
import type { Recorded } from '../src/contract/records.ts';
import { archiveMachine } from './archive.machine.ts';
import { bootMachine } from './boot.machine.ts';
import { isReached, raised } from './chat.budget.ts';
import type { ChatEvent } from './chat.events.ts';
import { chatMachine } from './chat.machine.ts';
import { credentialMachine } from './credential.machine.ts';
import type {
  Crash,
  EngineCommand,
  EngineContext,
  EngineEmitted,
  NewChat,
  WorkspaceUse,
} from './engine.events.ts';
import { loginMachine } from './login.machine.ts';
import { mirrorMachine } from './mirror.machine.ts';
import { mustProvidePromise } from './must-provide.ts';
import { outboxMachine } from './outbox.machine.ts';
import { startHooksMachine } from './start-hooks.machine.ts';

/** How often an actor may crash within `restartWindow` before it is given up. */
const RESTARTS = 3;

/** By their actors. */
const CREDENTIALS = new Map<string, CredentialProvider>([
  ['credential.github', 'github'],
  ['credential.claude', 'claude'],
  ['credential.codex', 'codex'],
]);
const LOGINS = new Map<string, LoginProvider>([
  ['login.claude', 'claude'],
  ['login.codex', 'codex'],
]);

const isServing = stateIn({ active: { work: { serving: 'running' } } });
const areHooksOver = stateIn({ active: { hooks: 'over' } });
const isOutboxOver = stateIn({ active: { outbox: 'over' } });
const isUnmirrored = stateIn({ active: { mirror: 'absent' } });
const isUnarchived = stateIn({ active: { archive: 'absent' } });

const engineBase = setup({
  types: {} as { context: EngineContext; events: EngineCommand; emitted: EngineEmitted; tags: 'over' },
  actors: {
    archive: archiveMachine,
    boot: bootMachine,
    chat: chatMachine,
    /** Ends when everything there is is mirrored and archived. */
    copyWorkspace: mustProvidePromise<void, undefined>('copyWorkspace'),
    credential: credentialMachine,
    /** Ends when no turn runs. */
    finishTurns: mustProvidePromise<void, undefined>('finishTurns'),
    login: loginMachine,
    mirror: mirrorMachine,
    outbox: outboxMachine,
    startHooks: startHooksMachine,
  },
  guards: {
    mayRestart: ({ context, event }) => (context.crashes[actorOf(event)] ?? 0) < RESTARTS,
    isBeyondRestartBudget: ({ context, event }) => (context.crashes[actorOf(event)] ?? 0) > RESTARTS,
    hasNoChat: ({ context }) => context.chatIds.length === 0,
    isDraining: stateIn({ active: { work: 'draining' } }),
    isStorageLow: stateIn({ active: { storage: 'low' } }),
    hasStorage: stateIn({ active: { storage: 'roomy' } }),
    isOutboxOver,
    isCopied: and([isUnmirrored, isUnarchived]),
    isDrained: and(['hasNoChat', areHooksOver]),
  },
  delays: {
    restartWindow: 60_000,
    drainLimit: 9_000,
    tellLimit: 2_000,
    copyLimit: 5_000,
    moveLimit: ({ context }) => context.moveLimitMs,
  },
});

const { enqueueActions } = engineBase;

function tellsChats(event: ChatEvent) {
  return enqueueActions(({ context, enqueue }) => {
    for (const chatId of context.chatIds) enqueue.sendTo(chatId, event);
  });
}

/** Tells a part to end, unless it has. */
function ends(part: string, isOver: ReturnType<typeof stateIn>, type: string) {
  return enqueueActions(({ enqueue, check }) => {
    if (!check(isOver)) enqueue.sendTo(part, { type });
  });
}

function countsCrash(crashOf: (event: EngineCommand, isGivenUp: boolean) => Crash, isGivenUp = false) {
  return enqueueActions(({ context, event, enqueue }) => {
    const chatId = actorOf(event);
    enqueue.assign({ crashes: { ...context.crashes, [chatId]: (context.crashes[chatId] ?? 0) + 1 } });
    enqueue.raise({ type: 'restartWindow.elapsed', chatId }, { delay: 'restartWindow' });
    enqueue.emit(crashOf(event, isGivenUp));
  });
}

export const engineSetup = engineBase.extend({
  actions: {
    startChats: enqueueActions(({ context, event, enqueue, check }) => {
      const [mayStart, spent] = [check(isServing), spentOf(context.use)];
      const inputs = inputsOf(event);
      const ids = inputs.map(({ record }) => record.chat.id);
      // In one assignment: each `spawnChild` copies the list of all children.
      enqueue.assign(({ spawn }) => {
        for (const { record, origin } of inputs)
          spawn('chat', { id: record.chat.id, input: { record, origin, mayStart, spent } });
        return { chatIds: [...context.chatIds, ...ids] };
      });
    }),
    forgetChat: enqueueActions(({ context, event, enqueue }) => {
      const chatId = actorOf(event);
      enqueue.stopChild(chatId);
      enqueue.assign({ chatIds: without(context.chatIds, chatId) });
    }),
    /** It has ended by itself. That it is not taken off the list of children saves a copy of the list. */
    countOut: assign(({ context, event }) => ({ chatIds: without(context.chatIds, actorOf(event)) })),
    countRestart: countsCrash(actorCrashOf),
    askForRestart: countsCrash(chatCrashOf),
    announceGivenUp: countsCrash(chatCrashOf, true),
    forgetCrash: assign({
      crashes: ({ context, event }) =>
        event.type === 'restartWindow.elapsed'
          ? { ...context.crashes, [event.chatId]: (context.crashes[event.chatId] ?? 1) - 1 }
          : context.crashes,
    }),
    startCredentials: enqueueActions(({ enqueue }) => {
      for (const [id, provider] of CREDENTIALS) enqueue.spawnChild('credential', { id, input: { provider } });
      for (const [id, provider] of LOGINS) enqueue.spawnChild('login', { id, input: { provider } });
    }),
    restartActor: enqueueActions(({ event, enqueue }) => {
      const id = actorOf(event);
      const [credential, login] = [CREDENTIALS.get(id), LOGINS.get(id)];
      enqueue.stopChild(id);
      if (credential !== undefined) enqueue.spawnChild('credential', { id, input: { provider: credential } });
      else if (login !== undefined) enqueue.spawnChild('login', { id, input: { provider: login } });
    }),
    stopActor: enqueueActions(({ event, enqueue }) => enqueue.stopChild(actorOf(event))),
    reportGivenUp: emit(({ event }) => actorCrashOf(event, true)),
    holdTurns: tellsChats({ type: 'turns.hold' }),
    releaseTurns: tellsChats({ type: 'turns.release' }),
    shutDownChats: tellsChats({ type: 'chat.shutdown' }),
    shutDownHooks: ends('startHooks', areHooksOver, 'hooks.shutdown'),
    drainOutbox: ends('outbox', isOutboxOver, 'outbox.drain'),
    drainMirror: ends('mirror', isUnmirrored, 'mirror.drain'),
    drainArchive: ends('archive', isUnarchived, 'archive.drain'),
    setBudget: emit(({ event }): Recorded<'budget.changed'> => {
      assertEvent(event, 'budget.set');
      const { budget } = event;
      return {
        type: 'budget.changed',
        payload: { budget },
        ...(budget && { record: { budgetStep: budget } }),
      };
    }),
    raiseBudget: enqueueActions(({ context: { use }, event, enqueue }) => {
      assertEvent(event, 'budget.raise');
      const { budget, step } = use.limits;
      if (budget === null) return;
      const payload = { budget: raised(budget, { used: use.used, step: step ?? budget, to: event.to }) };
      enqueue.emit({ type: 'budget.changed', payload });
    }),
    noteMoveLimit: assign({
      moveLimitMs: ({ event }) => (event.type === 'engine.move' ? event.limitMs : 0),
    }),
    noteUse: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'workspace.used');
      const { type: _, ...use } = event;
      enqueue.assign({ use });
      const [before, spent] = [spentOf(context.use), spentOf(use)];
      if (before === null && spent === null) return;
      for (const chatId of context.chatIds) enqueue.sendTo(chatId, { type: 'workspace.spent', spent });
    }),
    /** A state that is final would stop them too, and copy the list of all children for each. */
    letGo: enqueueActions(({ context, enqueue }) => {
      for (const id of [...context.chatIds, ...CREDENTIALS.keys(), ...LOGINS.keys()])
        enqueue.sendTo(id, { type: 'xstate.stop' });
    }),
  },
});

function spentOf({ limits: { budget }, used, at }: WorkspaceUse): Spent | null {
  return budget !== null && isReached(budget, used) ? { budget, used, at } : null;
}

function inputsOf(event: EngineCommand): readonly NewChat[] {
  if (event.type === 'chats.restore') return event.inputs;
  return event.type === 'chat.create' ? [event.input] : [];
}

function without(chatIds: readonly string[], chatId: string): string[] {
  return chatIds.filter((candidate) => candidate !== chatId);
}

function actorOf(event: EngineCommand): string {
  return 'actorId' in event ? event.actorId : '';
}

function errorOf(event: EngineCommand): unknown {
  return 'error' in event ? event.error : undefined;
}

function actorCrashOf(event: EngineCommand, isGivenUp: boolean): Crash {
  return { type: 'actor.crashed', actorId: actorOf(event), isGivenUp, error: errorOf(event) };
}

function chatCrashOf(event: EngineCommand, isGivenUp: boolean): Crash {
  return { type: 'chat.crashed', chatId: actorOf(event), isGivenUp, error: errorOf(event) };
}
