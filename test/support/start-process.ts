import { SimulatedClock, createActor, createMachine, fromCallback } from 'xstate';
import type { ActorRefFrom, InspectionEvent, SnapshotFrom } from 'xstate';
import type { ProcessEvent, ProcessOrder, ProcessTold } from '../../machines/agent-process.events.ts';
import { agentProcessMachine } from '../../machines/agent-process.machine.ts';
import type { AgentSessionInput } from '../../src/contract/facts.ts';
import { session } from './chat-words.ts';
import { takes } from './steps.ts';

/** Time passes (in milliseconds), or something is said to the process. */
export type ProcessStep = ProcessEvent | number;

export type ProcessSnapshot = SnapshotFrom<typeof agentProcessMachine>;

const recordings = new WeakMap<object, ProcessOrder[]>();

/** One for all, so that the transitions that tests take can be counted. */
export const recordedMachine = agentProcessMachine.provide({
  actors: {
    executor: fromCallback<ProcessOrder, AgentSessionInput>(({ receive, system }) => {
      receive((order) => recordings.get(system)?.push(order));
    }),
  },
});

/** A process whose executor only records what it is asked for, on a clock the test owns, with a chat that listens. */
export function startProcess(
  rest: Partial<AgentSessionInput> = {},
  inspect?: (event: InspectionEvent) => void,
) {
  const clock = new SimulatedClock();
  const orders: ProcessOrder[] = [];
  const told: ProcessTold[] = [];
  const stands: ProcessSnapshot[] = [];
  const chat = createActor(
    createMachine({
      invoke: {
        id: 'agent',
        src: recordedMachine,
        input: { ...session(), ...rest },
      },
      on: { '*': { actions: ({ event }) => told.push(event as ProcessTold) } },
    }),
    { clock, ...(inspect === undefined ? {} : { inspect }) },
  );
  recordings.set(chat.system, orders);
  chat.start();
  const process = chat.getSnapshot().children['agent'] as ActorRefFrom<typeof agentProcessMachine>;
  stands.push(process.getSnapshot());
  process.subscribe((snapshot) => stands.push(snapshot));

  return { process, orders, told, stands, take: takes(process, clock) };
}

export type ProcessHarness = ReturnType<typeof startProcess>;
