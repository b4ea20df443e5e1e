import { fromCallback, type AnyActorRef } from 'xstate';
import type { ProcessOrder } from '../../machines/agent-process.events.ts';
import { agentProcessMachine } from '../../machines/agent-process.machine.ts';
import type { OpenHands, ProcessDriver } from '../agents/agent.ts';
import type { AgentSessionInput } from '../contract/facts.ts';
import type { ClockReading } from '../contract/records.ts';

/**
 * The process machine with hands that do what it asks for, for as long as the chat lives; ending it leaves the process alone. A
 * chat has one pair: the actor of a chat that crashed is not told to end, so the next one ends what it left. A chat that was
 * given up has none.
 */
export function agentProcess(
  drivers: ReadonlyMap<string, ProcessDriver>,
  { clock, idleMs }: { clock: () => ClockReading; idleMs: number },
) {
  const all = new Map<string, OpenHands>();
  const hands = fromCallback<ProcessOrder, AgentSessionInput>(({ input, receive, sendBack, self }) => {
    const { chatId, provider, isGivenUp } = input;
    all.get(chatId)?.detach();
    all.delete(chatId);
    if (isGivenUp === true) return undefined;
    const driver = drivers.get(provider);
    if (driver === undefined) throw new Error(`No driver for the agent "${provider}".`);
    const chat = chatOf(self);
    const own = driver.openHands(input, {
      report: (fact) =>
        sendBack(
          fact.type === 'process.prepared' ? { ...fact, at: new Date().toISOString(), clock: clock() } : fact,
        ),
      tell: (fact) => chat?.send(fact),
    });
    all.set(chatId, own);
    receive((order) => own.order(order));
    return () => {
      own.detach();
      if (all.get(chatId) === own) all.delete(chatId);
    };
  });
  return agentProcessMachine.provide({ actors: { hands }, delays: { idleLimit: idleMs } });
}

/** What an agent says goes to its chat as it is: a step of a machine costs more than a line. */
function chatOf(hands: AnyActorRef): AnyActorRef | undefined {
  return hands._parent?._parent;
}
