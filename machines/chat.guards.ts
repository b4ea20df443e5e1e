/** What the statechart of a chat asks before it goes a way. */
import { isDeclined, isOverBudget, isStoppedAtRest } from './chat.budget.ts';
import { hasStarted, isOccupied, messageOf } from './chat.context.ts';
import type { ChatContext, ChatEvent } from './chat.events.ts';
import { openTasksOf } from './chat.tasks.ts';

interface Step {
  context: ChatContext;
  event: ChatEvent;
}

export const chatGuards = {
  canStartNext: ({ context }: Step) => context.mayStart && context.record.queue.length > 0,
  isOverBudget: ({ context }: Step) => isOverBudget(context),
  isStoppedAtRest: ({ context }: Step) => isStoppedAtRest(context),
  isWithinBudget: ({ context }: Step) => !isOverBudget(context),
  isUnasked: ({ context }: Step) => context.record.budget?.request === undefined,
  isDeclined: ({ context }: Step) => isDeclined(context),
  isUndeclined: ({ context }: Step) => !isDeclined(context),
  concernsBudget: ({ context, event }: Step) =>
    event.type === 'request.answer' && context.record.budget?.request?.id === event.requestId,
  isPreparedForCurrent: ({ context, event }: Step) =>
    event.type === 'turn.prepared' && event.messageId === messageOf(context)?.messageId,
  endsTurn: ({ context, event }: Step) =>
    event.type === 'agent.said' &&
    event.end !== undefined &&
    event.messageId === messageOf(context)?.messageId,
  goesOn: ({ context, event }: Step) =>
    event.type === 'agent.said' &&
    event.end === undefined &&
    (messageOf(context) !== null || event.selfDirected !== false),
  comesToRest: ({ context, event }: Step) =>
    event.type === 'agent.said' && messageOf(context) === null && event.selfDirected === false,
  worksByItself: ({ event }: Step) => event.type === 'agent.said' && event.selfDirected === true,
  concernsOpenRequest: ({ context, event }: Step) =>
    (event.type === 'request.answer' || event.type === 'request.withdrawn') &&
    context.record.requests.some(({ id }) => id === event.requestId),
  concernsRunningTask: ({ context, event }: Step) =>
    event.type === 'task.stop' &&
    openTasksOf(context.record).some(({ id, state }) => id === event.taskId && state === 'running'),
  isSteerable: ({ context }: Step) => hasStarted(context),
  isBeingSteered: ({ context, event }: Step) =>
    (event.type === 'steer.taken' || event.type === 'steer.refused') &&
    context.record.steered.some(({ message, isTaken }) => !isTaken && message.messageId === event.messageId),
  isSelfDirected: ({ context }: Step) => context.record.selfDirected,
  hasOpenTool: ({ context }: Step) => context.openTools > 0,
  hasRequest: ({ context }: Step) => context.record.requests.length > 0,
  isNew: ({ context }: Step) => context.origin.kind === 'created',
  wasMoved: ({ context }: Step) => context.origin.kind === 'moved',
  wasCopied: ({ context }: Step) => context.origin.kind === 'copied',
  wasGivenUp: ({ context }: Step) => context.origin.kind === 'givenUp',
  wasInterrupting: ({ context }: Step) => context.stopReason === 'user',
  wasWorking: ({ context }: Step) => isOccupied(context),
  failed: ({ context }: Step) => context.lastOutcome === 'errored' || context.lastOutcome === 'lost',
  isDeletion: ({ context }: Step) => context.stopReason === 'deleted',
};
