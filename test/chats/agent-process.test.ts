import { describe, expect, it } from 'vitest';
import { createActor, createMachine } from 'xstate';
import type { AnyActor, AnyMachineSnapshot } from 'xstate';
import type { ProcessOrder } from '../../machines/agent-process.events.ts';
import { agentProcess } from '../../src/chats/agent-process.ts';
import type { AgentDriver, OpenExecutor } from '../../src/agents/agent.ts';
import type { AgentSessionInput } from '../../src/contract/facts.ts';
import type { TaskRecord } from '../../src/contract/tasks.ts';
import { CHAT_ID, CLOCK, DELIVERY, message, said, session } from '../support/chat-words.ts';

const NOT_RUNNING = { code: 'agent_exited', message: 'The agent does not run.' } as const;

const TASK: TaskRecord = {
  id: 't1',
  kind: 'shell',
  title: 'npm run dev',
  state: 'completed',
  startedAt: '2026-01-01T00:00:00.000Z',
};
const TAIL = { text: 'listening', changedAt: '2026-01-01T00:00:01.000Z' };

describe('the process of a chat', () => {
  it('has its executor let go when the chat ends', () => {
    const { start, told } = startLogic();

    prepare(start()).stop();

    expect(told).toEqual(['1 opened', '1 launch', '1 let go']);
  });

  it('has no executor before it is asked for something, not even to end', () => {
    const { start, told } = startLogic();
    const { chat, heard } = start();

    chat.getSnapshot().children['agent']?.send({ type: 'agent.stop' });

    expect(heard).toEqual([{ type: 'agent.exited', failure: NOT_RUNNING }]);
    expect(told).toEqual([]);
  });

  it('reads what a task printed before anything else was asked of its executor', () => {
    const { start, executors, told } = startLogic();
    start();

    expect(executors.get(CHAT_ID)?.outputOf(TASK)).toEqual(TAIL);
    expect(told).toEqual(['1 opened']);
  });

  it('has the executor let go that a crashed chat left, before it gets another', () => {
    const { start, told } = startLogic();
    prepare(start());

    prepare(start());

    expect(told).toEqual(['1 opened', '1 launch', '1 let go', '2 opened', '2 launch']);
  });

  it('has no executor in a chat that was given up, and lets go of the one it left', () => {
    const { start, told } = startLogic();
    prepare(start());

    start({ isGivenUp: true });

    expect(told).toEqual(['1 opened', '1 launch', '1 let go']);
  });

  it('is told of as soon as it is prepared, with when that was', () => {
    const { start, told } = startLogic();
    const { chat, heard, executor } = start();

    prepare({ chat });
    executor().report({ type: 'process.launched' });
    executor().report({ type: 'process.prepared', messageId: 'm1', delivery: DELIVERY });

    expect(told.slice(1)).toEqual(['1 launch', '1 prepare']);
    const at = expect.any(String) as string;
    expect(heard).toEqual([{ type: 'turn.prepared', messageId: 'm1', delivery: DELIVERY, at, clock: CLOCK }]);
  });

  it('says what its agent says past its machine', () => {
    const { chat, heard, executor } = startLogic().start();

    prepare({ chat });
    executor().tell(said('m1'));

    expect(heard).toEqual([said('m1')]);
  });

  it('cannot be of an agent that nobody drives', () => {
    const { start } = startLogic();

    expect(start({ provider: 'nobody' }).heard).toMatchObject([
      { type: 'xstate.error.actor.agent', error: new Error('No driver for the agent "nobody".') },
    ]);
  });
});

function prepare({ chat }: { chat: AnyActor }): AnyActor {
  (chat.getSnapshot() as AnyMachineSnapshot).children['agent']?.send({
    type: 'agent.prepare',
    message: message('m1'),
  });
  return chat;
}

function startLogic() {
  const told: string[] = [];
  const listeners: Parameters<AgentDriver['openExecutor']>[1][] = [];
  let count = 0;
  const driver: AgentDriver = {
    provider: 'test',
    title: 'Test',
    tellsTasks: false,
    idleMs: 1_000,
    modes: [],
    sessionPaths: () => [],
    tell: () => Promise.resolve({ kind: 'unsupported' as const }),
    close: () => Promise.resolve(),
    openExecutor: (_, listener) => {
      const name = String(++count);
      told.push(`${name} opened`);
      listeners.push(listener);
      return {
        order: ({ type }: ProcessOrder) => told.push(`${name} ${type}`),
        outputOf: () => TAIL,
        detach: () => told.push(`${name} let go`),
      };
    },
  };
  const executors = new Map<string, OpenExecutor>();
  const logic = agentProcess(new Map([['test', driver]]), { clock: () => CLOCK, idleMs: 1_000, executors });
  const executor = () => listeners.at(-1)!;

  function start(rest: Partial<AgentSessionInput> = {}) {
    const heard: unknown[] = [];
    const chat = createActor(
      createMachine({
        invoke: { id: 'agent', src: logic, input: session(rest) },
        on: { '*': { actions: ({ event }) => heard.push(event) } },
      }),
    );
    chat.start();
    return { chat, heard, executor };
  }

  return { start, executors, told };
}
