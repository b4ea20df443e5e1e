import { SimulatedClock, createActor, fromCallback } from 'xstate';
import type { ActorRefFrom, InspectionEvent, SnapshotFrom } from 'xstate';
import type { ChatEmitted, ChatEvent, ChatInput, ChatOrigin } from '../../machines/chat.events.ts';
import type { agentProcessMachine } from '../../machines/agent-process.machine.ts';
import { chatMachine } from '../../machines/chat.machine.ts';
import type { AgentCommand, AgentSessionInput } from '../../src/contract/facts.ts';
import type { Budget, Spent } from '../../src/contract/budget.ts';
import type { ChatRecord, QueuedMessage, Steered } from '../../src/contract/records.ts';
import { READ_AT, session } from './chat-words.ts';
import { takes } from './steps.ts';

/** Time passes (in milliseconds), or something is said to the chat. */
export type ChatStep = ChatEvent | number;

const recordings = new WeakMap<object, { sessions: AgentSessionInput[]; commands: AgentCommand[] }>();

/** One machine for all chats: providing actors is slow, and thousands of chats are started. */
const machine = chatMachine.provide({
  actors: {
    agentProcess: fromCallback<AgentCommand, AgentSessionInput>(({ input, receive, system }) => {
      recordings.get(system)?.sessions.push(input);
      receive((command) => recordings.get(system)?.commands.push(command));
    }) as unknown as typeof agentProcessMachine,
    clock: fromCallback(({ sendBack }) => sendBack({ type: 'clock.read', at: READ_AT })),
  },
});

/** Where a chat stood that is taken up; what is left out is as in a chat that was never used. */
export interface ChatStart {
  session?: AgentSessionInput;
  queue?: QueuedMessage[];
  steered?: Steered[];
  interrupting?: boolean;
  selfDirected?: boolean;
  errored?: boolean;
  budget?: Budget;
  mayStart?: boolean;
  spent?: Spent | null;
  origin?: ChatOrigin;
  /** In place of all that is told of it above. */
  record?: ChatRecord;
}

/** A running chat whose agent only records what it is told, on a clock the test owns. */
export function startChat(rest: ChatStart = {}, inspect?: (event: InspectionEvent) => void) {
  const clock = new SimulatedClock();
  const commands: AgentCommand[] = [];
  const sessions: AgentSessionInput[] = [];
  const emitted: ChatEmitted[] = [];
  const input = chatInputOf(rest);
  const chat = createActor(machine, { clock, input, ...(inspect === undefined ? {} : { inspect }) });
  recordings.set(chat.system, { sessions, commands });
  chat.on('*', (event) => emitted.push(event));
  const stands = watchStands(chat, emitted);
  chat.start();

  return { chat, clock, commands, sessions, emitted, stands, take: takes(chat, clock) };
}

/** What each step of the machine said and left behind, the first of them included. */
function watchStands(chat: ActorRefFrom<typeof machine>, emitted: readonly ChatEmitted[]): Stand[] {
  const stands: Stand[] = [];
  let told = 0;
  chat.subscribe((snapshot) => {
    stands.push({ emitted: emitted.slice(told), snapshot });
    told = emitted.length;
  });
  return stands;
}

export interface Stand {
  emitted: ChatEmitted[];
  snapshot: SnapshotFrom<typeof chatMachine>;
}

export type ChatHarness = ReturnType<typeof startChat>;

export function chatInputOf(start: ChatStart = {}): ChatInput {
  const { origin = { kind: 'restored' }, mayStart = true, spent = null, record = recordOf(start) } = start;
  return { record, origin, mayStart, spent };
}

/** What is on record of a chat that stood there. */
export function recordOf(start: ChatStart): ChatRecord {
  const { chatId, provider, policy, sessionId, position, turn, requests } = start.session ?? session();
  const at = '2026-01-01T00:00:00.000Z';
  return {
    chat: {
      id: chatId,
      provider,
      title: 'Test',
      createdAt: at,
      updatedAt: at,
      processing: false,
      parentChatId: null,
      ...(start.budget && { budget: start.budget }),
      state: start.errored === true ? 'errored' : 'idle',
    },
    policy,
    sessionId,
    position,
    turn,
    requests,
    queue: start.queue ?? [],
    interrupting: start.interrupting ?? false,
    selfDirected: start.selfDirected ?? false,
    steered: start.steered ?? [],
    receipts: [],
  };
}
