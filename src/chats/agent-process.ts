import { fromCallback, type AnyActorRef, type StateValue } from 'xstate';
import type { ProcessOrder } from '../../machines/agent-process.events.ts';
import { agentProcessMachine } from '../../machines/agent-process.machine.ts';
import type { AgentDriver, OpenExecutor } from '../agents/agent.ts';
import type { ExecutorOptions } from '../agents/agent-context.ts';
import type { AgentSessionInput } from '../contract/facts.ts';
import type { ClockReading } from '../contract/records.ts';
import type { ChatActor } from '../journal/record-actors.ts';

/**
 * The process machine with an executor that does what it asks for, from the first time that it asks for as long as the chat lives; ending it
 * leaves the process alone. A chat has one pair: the actor of a chat that crashed is not told to end, so the next one ends what it left. A chat that was
 * given up has none.
 */
export function agentProcess(
  drivers: ReadonlyMap<string, AgentDriver>,
  {
    clock,
    idleMs,
    executors: all = new Map(),
  }: { clock: () => ClockReading; idleMs: number; executors?: Map<string, OpenExecutor> },
) {
  const executor = fromCallback<ProcessOrder, AgentSessionInput>(({ input, receive, sendBack, self }) => {
    const { chatId, provider, isGivenUp } = input;
    all.get(chatId)?.detach();
    all.delete(chatId);
    if (isGivenUp === true) return undefined;
    const driver = drivers.get(provider);
    if (driver === undefined) throw new Error(`No driver for the agent "${provider}".`);
    const chat = chatOf(self);
    const report: ExecutorOptions['report'] = (fact) => {
      const isPrepared = fact.type === 'process.prepared';
      sendBack(isPrepared ? { ...fact, at: new Date().toISOString(), clock: clock() } : fact);
    };
    const own = openLate(() => driver.openExecutor(input, { report, tell: (fact) => chat?.send(fact) }));
    all.set(chatId, own);
    receive((order) => own.order(order));
    return () => {
      own.detach();
      if (all.get(chatId) === own) all.delete(chatId);
    };
  });
  return agentProcessMachine.provide({ actors: { executor }, delays: { idleLimit: idleMs } });
}

/** Opened when it is first asked for something: most chats of a workspace rest. */
function openLate(open: () => OpenExecutor): OpenExecutor {
  let opened: OpenExecutor | undefined;
  const executor = () => (opened ??= open());
  return {
    order: (order) => executor().order(order),
    outputOf: (task) => executor().outputOf(task),
    detach: () => opened?.detach(),
  };
}

/** How the process of a chat stands: `working.interrupted`; null for a chat that has none to speak of. */
export function processStateOf(chat: ChatActor | undefined): string | null {
  const snapshot = chat?.getSnapshot().children['agent']?.getSnapshot();
  return snapshot !== undefined && 'value' in snapshot ? nameOf(snapshot.value).replace('alive.', '') : null;
}

function nameOf(value: StateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([name, below]) => (below === undefined ? name : `${name}.${nameOf(below)}`))
    .join();
}

/** What an agent says goes to its chat as it is: a step of a machine costs more than a line. */
function chatOf(executor: AnyActorRef): AnyActorRef | undefined {
  return executor._parent?._parent;
}
