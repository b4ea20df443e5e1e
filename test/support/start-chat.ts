import { SimulatedClock, createActor, fromCallback } from 'xstate';
import type { InspectionEvent } from 'xstate';
import type { AgentSessionCommand, ChatEmitted, ChatEvent, ChatInput } from '../../machines/chat.events.ts';
import { chatMachine } from '../../machines/chat.machine.ts';
import type { AgentSessionInput } from '../../src/contract/facts.ts';
import { session } from './chat-words.ts';

/** Time passes (in milliseconds), or something is said to the chat. */
export type ChatStep = ChatEvent | number;

const recordings = new WeakMap<object, AgentSessionCommand[]>();

/** One machine for all chats: providing actors is slow, and thousands of chats are started. */
const machine = chatMachine.provide({
  actors: {
    agentSession: fromCallback<AgentSessionCommand, AgentSessionInput>(({ receive, system }) => {
      receive((command) => recordings.get(system)?.push(command));
    }),
  },
});

/** A running chat whose agent only records what it is told, on a clock the test owns. */
export function startChat(rest: Partial<ChatInput> = {}, inspect?: (event: InspectionEvent) => void) {
  const clock = new SimulatedClock();
  const commands: AgentSessionCommand[] = [];
  const emitted: ChatEmitted[] = [];
  const input = { ...NEW_CHAT, ...rest };
  const chat = createActor(machine, { clock, input, ...(inspect === undefined ? {} : { inspect }) });
  recordings.set(chat.system, commands);
  chat.on('*', (event) => emitted.push(event));
  chat.start();

  function take(...steps: ChatStep[]): void {
    for (const step of steps) {
      if (typeof step === 'number') clock.increment(step);
      else chat.send(step);
    }
  }

  return { chat, clock, commands, emitted, take };
}

export type ChatHarness = ReturnType<typeof startChat>;

export const NEW_CHAT: ChatInput = {
  session: session(),
  mayStart: true,
  queue: [],
  interrupting: false,
  selfDirected: false,
  errored: false,
};
