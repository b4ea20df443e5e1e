import { fromCallback } from 'xstate';
import type { AgentSession, SessionDriver } from '../agents/agent.ts';
import type { ChatFact } from '../../machines/chat.events.ts';
import type { ClockReading } from '../contract/records.ts';
import type { AgentCommand, AgentFact, AgentSessionInput } from '../contract/facts.ts';

/**
 * Runs the session of a chat with its agent for as long as the chat lives; ending it leaves the process alone. A chat has
 * one session: the actor of a chat that crashed is not told to end, so the next one ends the session it left. A chat that was
 * given up has none.
 */
export function agentSession(drivers: ReadonlyMap<string, SessionDriver>, clock: () => ClockReading) {
  const sessions = new Map<string, AgentSession>();
  return fromCallback<AgentCommand, AgentSessionInput>(({ input, receive, sendBack }) => {
    sessions.get(input.chatId)?.detach();
    sessions.delete(input.chatId);
    if (input.isGivenUp === true) return undefined;
    const driver = drivers.get(input.provider);
    if (driver === undefined) throw new Error(`No driver for the agent "${input.provider}".`);
    const session = driver.openSession(input, (fact) => sendBack(stamped(fact, clock)));
    sessions.set(input.chatId, session);
    receive((command) => session.command(command));
    return () => {
      session.detach();
      if (sessions.get(input.chatId) === session) sessions.delete(input.chatId);
    };
  });
}

function stamped(fact: AgentFact, clock: () => ClockReading): ChatFact {
  if (fact.type !== 'turn.prepared') return fact;
  return { ...fact, at: new Date().toISOString(), clock: clock() };
}
