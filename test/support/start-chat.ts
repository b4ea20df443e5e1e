import { SimulatedClock, createActor, fromCallback } from 'xstate';
import type { InspectionEvent } from 'xstate';
import type { AgentSessionCommand, ChatEmitted, ChatEvent, ChatInput } from '../../machines/chat.events.ts';
import { chatMachine } from '../../machines/chat.machine.ts';
import type { AgentSessionInput } from '../../src/contract/facts.ts';
import { session } from './chat-words.ts';

/** Time passes (in milliseconds), or something is said to the chat. */
export type ChatStep = ChatEvent | number;

/** A running chat whose agent only records what it is told, on a clock the test owns. */
export function startChat(
  input: Partial<ChatInput> = {},
  inspect: (event: InspectionEvent) => void = () => undefined,
) {
  const clock = new SimulatedClock();
  const commands: AgentSessionCommand[] = [];
  const emitted: ChatEmitted[] = [];
  const machine = chatMachine.provide({ actors: { agentSession: recordingSession(commands) } });
  const chat = createActor(machine, { clock, input: { ...NEW_CHAT, ...input }, inspect });
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

export function recordingSession(commands: AgentSessionCommand[]) {
  return fromCallback<AgentSessionCommand, AgentSessionInput>(({ receive }) => {
    receive((command) => commands.push(command));
  });
}

export const NEW_CHAT: ChatInput = {
  session: session(),
  mayStart: true,
  queue: [],
  interrupting: false,
  selfDirected: false,
  errored: false,
};
