/** What a chat says when a turn, or what it was, comes to an end: pure functions of its context. */
import type { Failure } from '../src/contract/chats.ts';
import type { TurnEnd } from '../src/contract/facts.ts';
import { budgetClosingsOf } from './chat.budget.ts';
import { messageOf } from './chat.context.ts';
import { closingOf, completionOf, dropsOf, steerEndingsOf } from './chat.decisions.ts';
import type { ChatContext, ChatEmitted } from './chat.events.ts';
import { newsOf, taskChangeOf } from './chat.tasks.ts';

/** Everything that ends with a turn, in this order: what was asked, what was said into it, itself. */
export function conclusionOf(context: ChatContext, end: TurnEnd): ChatEmitted[] {
  const message = messageOf(context);
  const { turnUsage: usage } = context.record;
  const closings = context.record.requests.map(({ id }) => closingOf(context, id, 'withdrawn'));
  if (message === null) return closings;
  return [
    ...closings,
    ...steerEndingsOf(context, end),
    completionOf(context, message.messageId, { ...end, usage }),
  ];
}

/** The machine that the turn ran on is gone: nobody knows how far it got. What waits is kept. */
export function leavingBehindOf(context: ChatContext): ChatEmitted[] {
  const { interrupting } = context.record;
  return [
    ...conclusionOf(context, interrupting ? { outcome: 'interrupted' } : { outcome: 'lost', error: MOVED }),
    ...lossesOf(context),
    { type: 'chat.updated', record: { position: null, selfDirected: false } },
  ];
}

/** In a copied home the turn and the queue belong to the original; the history is kept. */
export function disowningOf(context: ChatContext): ChatEmitted[] {
  return [
    ...conclusionOf(context, { outcome: 'lost', error: COPIED }),
    ...budgetClosingsOf(context.record, 'withdrawn'),
    ...dropsOf(context, 'cleared'),
    ...lossesOf(context),
    { type: 'chat.updated', record: { position: null, selfDirected: false } },
  ];
}

/** No process of this chat knows of its tasks any more. */
function lossesOf({ record }: ChatContext): ChatEmitted[] {
  return newsOf(record, []).map((task) => taskChangeOf(record, task));
}

const MOVED: Failure = {
  code: 'machine_lost',
  message: 'The machine that the turn ran on was lost, or left behind, before the turn had ended.',
};

const COPIED: Failure = {
  code: 'workspace_copied',
  message: 'The turn ran in the workspace that this one was copied from.',
};

export function givingUpOf(context: ChatContext): ChatEmitted[] {
  const reason = context.origin.kind === 'givenUp' ? context.origin.reason : '';
  const error = { code: 'chat_failed', message: `The chat failed too often and was given up: ${reason}` };
  return [
    ...conclusionOf(context, { outcome: 'errored', error }),
    ...budgetClosingsOf(context.record, 'withdrawn'),
    ...lossesOf(context),
    { type: 'chat.updated', record: { selfDirected: false }, lastError: error },
  ];
}
