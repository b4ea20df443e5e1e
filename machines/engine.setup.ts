/** The vocabulary of the engine machine. */
import { assign, emit, enqueueActions, setup } from 'xstate';
import type { EngineEventBody } from '../src/contract/events.ts';
import type { LineRecord } from '../src/contract/records.ts';
import { bootMachine } from './boot.machine.ts';
import type { ChatInput } from './chat.events.ts';
import { chatMachine } from './chat.machine.ts';
import { startHooksMachine } from './start-hooks.machine.ts';

/** How often a chat may crash within `restartWindow` before it is given up. */
const RESTARTS = 3;

type NewChat = Omit<ChatInput, 'mayStart'>;
type ChatCreated = EngineEventBody<'chat.created'>;

export type EngineCommand =
  | { type: 'chat.create'; payload: ChatCreated['payload']; record: LineRecord; input: NewChat }
  | { type: 'chat.restore'; input: NewChat }
  | { type: 'storage.low' }
  | { type: 'storage.recovered' }
  | { type: 'restartWindow.elapsed'; chatId: string }
  | { type: 'engine.drain' }
  | { type: 'engine.handOver' }
  | { type: `xstate.done.actor.${string}`; actorId: string }
  | { type: `xstate.error.actor.${string}`; actorId: string; error: unknown };

/** A chat's actor failed: it is asked back (`isGivenUp` false) or left alone. Not for the journal. */
export interface ChatCrashed {
  type: 'chat.crashed';
  chatId: string;
  isGivenUp: boolean;
  reason: string;
}

export type EngineEmitted = (ChatCreated & { record: LineRecord }) | ChatCrashed;

export interface EngineContext {
  chatIds: string[];
  /** Crashes of each chat within the last `restartWindow`. */
  crashes: Record<string, number>;
  mayStart: boolean;
  isStorageLow: boolean;
  /** Nothing of the hooks runs any more, nor will it. */
  areHooksOver: boolean;
}

export const engineSetup = setup({
  types: {} as { context: EngineContext; events: EngineCommand; emitted: EngineEmitted },
  actors: { boot: bootMachine, chat: chatMachine, startHooks: startHooksMachine },
  actions: {
    announceChatCreated: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'chat.create') return;
      enqueue.emit({ type: 'chat.created', payload: event.payload, record: event.record });
    }),
    startChat: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'chat.create' && event.type !== 'chat.restore') return;
      const { chatId } = event.input.session;
      enqueue.spawnChild('chat', { id: chatId, input: { ...event.input, mayStart: context.mayStart } });
      enqueue.assign({ chatIds: [...context.chatIds, chatId] });
    }),
    forgetChat: enqueueActions(({ context, event, enqueue }) => {
      const chatId = actorOf(event);
      enqueue.stopChild(chatId);
      enqueue.assign({ chatIds: context.chatIds.filter((candidate) => candidate !== chatId) });
    }),
    countCrash: enqueueActions(({ context, event, enqueue }) => {
      const chatId = actorOf(event);
      enqueue.assign({ crashes: { ...context.crashes, [chatId]: (context.crashes[chatId] ?? 0) + 1 } });
      enqueue.raise({ type: 'restartWindow.elapsed', chatId }, { delay: 'restartWindow' });
    }),
    forgetCrash: assign({
      crashes: ({ context, event }) =>
        event.type === 'restartWindow.elapsed'
          ? { ...context.crashes, [event.chatId]: (context.crashes[event.chatId] ?? 1) - 1 }
          : context.crashes,
    }),
    askForRestart: emit(({ event }) => crashOf(event, false)),
    announceGivenUp: emit(({ event }) => crashOf(event, true)),
    holdTurns: enqueueActions(({ context, enqueue }) => {
      enqueue.assign({ mayStart: false });
      for (const chatId of context.chatIds) enqueue.sendTo(chatId, { type: 'turns.hold' });
    }),
    releaseTurns: enqueueActions(({ context, enqueue }) => {
      enqueue.assign({ mayStart: true });
      for (const chatId of context.chatIds) enqueue.sendTo(chatId, { type: 'turns.release' });
    }),
    rememberStorageLow: assign({ isStorageLow: true }),
    rememberStorageRecovered: assign({ isStorageLow: false }),
    shutDownChats: enqueueActions(({ context, enqueue }) => {
      for (const chatId of context.chatIds) enqueue.sendTo(chatId, { type: 'chat.shutdown' });
    }),
    shutDownHooks: enqueueActions(({ context, enqueue }) => {
      if (!context.areHooksOver) enqueue.sendTo('startHooks', { type: 'hooks.shutdown' });
    }),
    noteHooksOver: assign({ areHooksOver: true }),
  },
  guards: {
    isWithinRestartBudget: ({ context, event }) => (context.crashes[actorOf(event)] ?? 0) < RESTARTS,
    isStorageLow: ({ context }) => context.isStorageLow,
    isDrained: ({ context }) => context.chatIds.length === 0 && context.areHooksOver,
  },
  delays: { restartWindow: 60_000, drainLimit: 9_000 },
});

function actorOf(event: EngineCommand): string {
  return 'actorId' in event ? event.actorId : '';
}

function crashOf(event: EngineCommand, isGivenUp: boolean): ChatCrashed {
  const reason = 'error' in event ? String(event.error) : '';
  return { type: 'chat.crashed', chatId: actorOf(event), isGivenUp, reason };
}
