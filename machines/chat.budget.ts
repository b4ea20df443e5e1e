/** What a chat may use, and who was asked when it is used up: pure. */
import type { Budget, Used } from '../src/contract/budget.ts';
import type { UsageTotal } from '../src/contract/chats.ts';
import type { ChatRecord, Recorded } from '../src/contract/records.ts';
import type { AgentRequest, Answer, RequestOutcome } from '../src/contract/requests.ts';
import type { ChatEmitted, ChatEvent } from './chat.events.ts';
import { sum } from './chat.usage.ts';

const LIMITS = ['usd', 'tokens', 'turns'] as const;

export function isOverBudget({ chat: { budget, usage } }: ChatRecord): boolean {
  const used = usedOf(usage);
  return LIMITS.some((name) => used[name] >= (budget?.[name] ?? Infinity));
}

function usedOf(usage: UsageTotal = {}): Used {
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage;
  const tokens = inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
  return { usd: usage.costUsd ?? 0, tokens, turns: usage.turns ?? 0 };
}

/** The next word of its kind; the event tells when that is. */
export function budgetRequestOf(
  { chat, budget }: ChatRecord,
  event: ChatEvent,
): Recorded<'chat.request.opened'> {
  const openedAt = event.type === 'message.submit' ? event.message.queuedAt : 'at' in event ? event.at : '';
  const request: AgentRequest = {
    id: `budget-${(budget?.asked ?? 0) + 1}`,
    kind: 'budget',
    ...(chat.budget && { budget: chat.budget }),
    used: usedOf(chat.usage),
    openedAt,
  };
  return { type: 'chat.request.opened', payload: { chatId: chat.id, messageId: null, request } };
}

/** What an answer says, which is that of the request which is open. */
export function budgetAnswerOf(record: ChatRecord, answer: Answer): ChatEmitted[] {
  if (answer.decision === 'deny') return budgetClosingsOf(record, 'denied');
  const { chat } = record;
  const budgetStep = record.budget?.step ?? chat.budget ?? {};
  const budget = answer.budget ? { ...chat.budget, ...answer.budget } : raised(record, budgetStep);
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

/** Each limit that is reached, by its step, as often as it takes. */
function raised({ chat }: ChatRecord, step: Budget): Budget {
  const used = usedOf(chat.usage);
  const limits = LIMITS.flatMap((name) => {
    const limit = chat.budget?.[name];
    if (limit === undefined) return [];
    const by = step[name] ?? limit;
    const times = used[name] < limit ? 0 : Math.floor((used[name] - limit) / by) + 1;
    return [[name, sum(limit, times * by)]];
  });
  return Object.fromEntries(limits);
}

type BudgetPart = Pick<ChatRecord, 'budget'>;

export function withBudgetRequest({ budget }: ChatRecord, request: AgentRequest): BudgetPart {
  const { isDeclined: _, asked = 0, ...rest } = budget ?? {};
  return { budget: { ...rest, asked: asked + 1, request } };
}

export function withBudgetAnswer({ budget }: ChatRecord, outcome: RequestOutcome): BudgetPart {
  const { request: _, asked = 0, ...rest } = budget ?? {};
  return { budget: { ...rest, asked, ...(outcome === 'denied' && { isDeclined: true as const }) } };
}

export function withBudgetStep({ budget }: ChatRecord, step: Budget): BudgetPart {
  const { isDeclined: _, asked = 0, ...rest } = budget ?? {};
  return { budget: { ...rest, asked, step } };
}
