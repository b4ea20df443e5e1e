/** What a chat may use, and who was asked when it is used up: pure. */
import type { Budget, Spent, Used } from '../src/contract/budget.ts';
import type { UsageTotal } from '../src/contract/chats.ts';
import type { ChatRecord, Recorded } from '../src/contract/records.ts';
import type { AgentRequest, Answer, RequestOutcome } from '../src/contract/requests.ts';
import type { ChatEmitted, ChatEvent } from './chat.events.ts';
import { sum } from './chat.usage.ts';

const LIMITS = ['usd', 'tokens', 'turns'] as const;

/** Sums of dollars are exact to less. */
const SMALLEST_STEP = 1e-6;

interface Standing {
  record: ChatRecord;
  spent: Spent | null;
}

export function isReached(budget: Budget | null | undefined, used: Used): boolean {
  return LIMITS.some((name) => used[name] >= (budget?.[name] ?? Infinity));
}

export function isOverBudget({ record, spent }: Standing): boolean {
  return spent !== null || isOverOwn(record);
}

/** What the workspace has used up stops a chat that rests once it has something to do, or somebody was asked there. */
export function isStoppedAtRest({ record, spent }: Standing): boolean {
  const { budget, queue } = record;
  if (isOverOwn(record) || budget?.request !== undefined) return true;
  return spent !== null && (queue.length > 0 || isDeclined({ record, spent }));
}

/** A person stopped the chat at the budget that holds now. */
export function isDeclined({ record: { budget }, spent }: Standing): boolean {
  const { isDeclined: isStopped = false, declined } = budget ?? {};
  return (
    isStopped && (declined === undefined || LIMITS.every((name) => declined[name] === spent?.budget[name]))
  );
}

function isOverOwn({ chat: { budget, usage } }: ChatRecord): boolean {
  return isReached(budget, usedOf(usage));
}

export function usedOf(usage: UsageTotal = {}): Used {
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage;
  const tokens = inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
  return { usd: usage.costUsd ?? 0, tokens, turns: usage.turns ?? 0 };
}

export function plusUsed(one: Used, other: Used): Used {
  return {
    usd: sum(one.usd, other.usd),
    tokens: one.tokens + other.tokens,
    turns: one.turns + other.turns,
  };
}

/** The next word of its kind; the event tells when that is, or the workspace when it was used up. */
export function budgetRequestOf(
  { record, spent }: Standing,
  event: ChatEvent,
): Recorded<'chat.request.opened'> {
  const { chat, budget } = record;
  const seenAt = 'at' in event ? event.at : (spent?.at ?? '');
  const shared = isOverOwn(record) ? null : spent;
  const own = {
    scope: 'chat' as const,
    ...(chat.budget && { budget: chat.budget }),
    used: usedOf(chat.usage),
  };
  const request: AgentRequest = {
    id: `budget-${(budget?.asked ?? 0) + 1}`,
    kind: 'budget',
    ...(shared === null ? own : { scope: 'workspace', budget: shared.budget, used: shared.used }),
    openedAt: event.type === 'message.submit' ? event.message.queuedAt : seenAt,
  };
  return { type: 'chat.request.opened', payload: { chatId: chat.id, messageId: null, request } };
}

/** In the middle of a turn only the workspace is asked about; the chat's own budget waits for its end. */
export function sharedRequestOf({ record, spent }: Standing, event: ChatEvent): ChatEmitted[] {
  if (isOverOwn(record) || record.budget?.request !== undefined) return [];
  return [budgetRequestOf({ record, spent }, event)];
}

/** What an answer says, which is that of the request which is open. */
export function budgetAnswerOf(record: ChatRecord, answer: Answer): ChatEmitted[] {
  if (answer.decision === 'deny') return budgetClosingsOf(record, 'denied');
  const { chat } = record;
  if (record.budget?.request?.scope === 'workspace') return budgetClosingsOf(record, 'allowed');
  const budgetStep = record.budget?.step ?? chat.budget ?? {};
  const budget = raised(chat.budget ?? {}, { used: usedOf(chat.usage), step: budgetStep, to: answer.budget });
  return [
    ...budgetClosingsOf(record, 'allowed'),
    { type: 'chat.updated', record: { budgetStep }, change: { budget } },
  ];
}

export function budgetClosingsOf({ chat, budget }: ChatRecord, outcome: RequestOutcome): ChatEmitted[] {
  if (budget?.request === undefined) return [];
  const payload = { chatId: chat.id, requestId: budget.request.id, outcome };
  return [{ type: 'chat.request.closed', payload }];
}

interface Raise {
  used: Used;
  step: Budget;
  to: Budget | undefined;
}

/**
 * To what is named of it; otherwise each limit that is reached, by its step, as often as it takes, and none where that is
 * more than can be counted.
 */
export function raised(budget: Budget, { used, step, to }: Raise): Budget | null {
  if (to !== undefined) return { ...budget, ...to };
  const limits = LIMITS.flatMap((name) => {
    if (budget[name] === undefined) return [];
    const limit = sum(budget[name], 0); // as exact as what is added to it
    const by = Math.max(step[name] ?? limit, SMALLEST_STEP);
    const times = used[name] < limit ? 0 : Math.floor((used[name] - limit) / by) + 1;
    const raisedTo = sum(limit, times * by);
    return raisedTo > Number.MAX_SAFE_INTEGER ? [] : [[name, raisedTo]];
  });
  return limits.length === 0 ? null : Object.fromEntries(limits);
}

type BudgetPart = Pick<ChatRecord, 'budget'>;

export function withBudgetRequest({ budget }: ChatRecord, request: AgentRequest): BudgetPart {
  const { isDeclined: _, declined: __, asked = 0, ...rest } = budget ?? {};
  return { budget: { ...rest, asked: asked + 1, request } };
}

export function withBudgetAnswer({ budget }: ChatRecord, outcome: RequestOutcome): BudgetPart {
  const { request, asked = 0, ...rest } = budget ?? {};
  const declined = request?.scope === 'workspace' ? request.budget : undefined;
  const denial = { isDeclined: true as const, ...(declined && { declined }) };
  return { budget: { ...rest, asked, ...(outcome === 'denied' && denial) } };
}

export function withBudgetStep({ budget }: ChatRecord, step: Budget): BudgetPart {
  const { isDeclined: _, declined: __, asked = 0, ...rest } = budget ?? {};
  return { budget: { ...rest, asked, step } };
}
