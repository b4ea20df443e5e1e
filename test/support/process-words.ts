import type { ProcessEvent } from '../../machines/agent-process.events.ts';
import type { AgentSessionInput } from '../../src/contract/facts.ts';
import { CLOCK, DELIVERY, PREPARED_AT, RUN_ID, message, request, sessionMidTurn } from './chat-words.ts';

/** What tests say to a process, with everything irrelevant filled in. */
export const FAILURE = { code: 'agent_error', message: 'It hurts.' };

/** A process that rested when the last engine went, and one in the middle of the turn of `m1`. */
export const LEFT_RESTING: Partial<AgentSessionInput> = { position: { runId: RUN_ID, offset: 10 } };
export const LEFT_WORKING: Partial<AgentSessionInput> = sessionMidTurn('m1');

export const ATTACHED: ProcessEvent = { type: 'process.found', is: 'running', message: null };
export const LAUNCHED: ProcessEvent = { type: 'process.launched' };
export const RESTED: ProcessEvent = { type: 'process.rested' };
export const WORKED: ProcessEvent = { type: 'process.worked' };
export const TURN_ENDED: ProcessEvent = { type: 'turn.ended' };
export const EXITED: ProcessEvent = { type: 'process.exited', code: 1 };
export const INTERRUPT: ProcessEvent = { type: 'agent.interrupt' };
export const ABANDON: ProcessEvent = { type: 'agent.abandon' };
export const STOP: ProcessEvent = { type: 'agent.stop' };

export const REQUEST = request('r1');

export function prepare(messageId: string): ProcessEvent {
  return { type: 'agent.prepare', message: message(messageId) };
}

export function deliver(messageId: string): ProcessEvent {
  return { type: 'agent.deliver', message: message(messageId), delivery: DELIVERY };
}

export function ready(messageId: string): ProcessEvent {
  return { type: 'process.prepared', messageId, delivery: DELIVERY, at: PREPARED_AT, clock: CLOCK };
}

export function settled(becomes: 'ended' | 'again' | 'cutOff' | 'rested'): ProcessEvent {
  return { type: 'process.settled', becomes, failure: FAILURE };
}

/** Up to where message `m1` is prepared, and up to where it is worked on. */
export const RESERVED: ProcessEvent[] = [prepare('m1'), LAUNCHED, ready('m1')];
export const WORKING: ProcessEvent[] = [...RESERVED, deliver('m1')];
