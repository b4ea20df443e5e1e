/** What the statechart of a chat asks before it goes a way. */
import type { ChatContext, ChatEvent } from './chat.events.ts';

interface Step {
  context: ChatContext;
  event: ChatEvent;
}

export const chatGuards = {
  canStartNext: ({ context }: Step) => context.mayStart && context.queue.length > 0,
  isPreparedForCurrent: ({ context, event }: Step) =>
    event.type === 'turn.prepared' && event.messageId === context.current?.messageId,
  endsTurn: ({ context, event }: Step) =>
    event.type === 'agent.said' && event.end !== undefined && event.messageId === context.current?.messageId,
  goesOn: ({ context, event }: Step) =>
    event.type === 'agent.said' &&
    event.end === undefined &&
    (context.current !== null || event.selfDirected !== false),
  comesToRest: ({ context, event }: Step) =>
    event.type === 'agent.said' && context.current === null && event.selfDirected === false,
  worksByItself: ({ event }: Step) => event.type === 'agent.said' && event.selfDirected === true,
  concernsOpenRequest: ({ context, event }: Step) =>
    (event.type === 'request.answer' || event.type === 'request.withdrawn') &&
    context.requests.some(({ id }) => id === event.requestId),
  isSteerable: ({ context }: Step) => context.current !== null && context.delivery !== null,
  isBeingSteered: ({ context, event }: Step) =>
    (event.type === 'steer.written' || event.type === 'steer.taken' || event.type === 'steer.refused') &&
    context.steered.some(({ message, isTaken }) => !isTaken && message.messageId === event.messageId),
  isSelfDirected: ({ context }: Step) => context.selfDirected,
  hasOpenTool: ({ context }: Step) => context.openTools > 0,
  hasRequest: ({ context }: Step) => context.requests.length > 0,
  wasInterrupting: ({ context }: Step) => context.stopReason === 'user',
  wasWorking: ({ context }: Step) => context.current !== null || context.selfDirected,
  failed: ({ context }: Step) => context.lastOutcome === 'errored' || context.lastOutcome === 'lost',
  isDeletion: ({ context }: Step) => context.stopReason === 'deleted',
};
