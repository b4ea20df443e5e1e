import { plusUsed, usedOf } from '../../../machines/chat.budget.ts';
import { plusTotal } from '../../../machines/chat.usage.ts';
import type { Used, WorkspaceLimits } from '../../contract/budget.ts';
import type { UsageTotal } from '../../contract/chats.ts';
import type { ChatRecord } from '../../contract/records.ts';
import type { UsageResponse } from '../../contract/usage.ts';
import type { JournalEntry } from '../event-line.ts';

/** What the agents of a workspace have used; `deleted`: in chats that are gone, by agent. */
export function workspaceUsage(
  records: Iterable<ChatRecord>,
  deleted: Readonly<Record<string, UsageTotal>>,
  { budget }: WorkspaceLimits = { budget: null },
): Omit<UsageResponse, 'lastEventId'> {
  const chats = [...records].map(({ chat: { id, title, provider, usage = {} } }) => {
    return { chatId: id, title, provider, usage };
  });
  const providers: Record<string, UsageTotal> = {};
  const all = [...Object.entries(deleted), ...chats.map(({ provider, usage }) => [provider, usage] as const)];
  for (const [provider, usage] of all) providers[provider] = totalOf(providers[provider], usage);
  return {
    usage: Object.values(providers).reduce(totalOf, {}),
    ...(budget && { budget }),
    providers,
    chats,
  };
}

/** Contexts and models are those of one chat. */
function totalOf(one: UsageTotal | undefined, other: UsageTotal): UsageTotal {
  const { model: _, contextTokens: __, contextWindow: ___, ...counts } = plusTotal(one, other);
  return counts;
}

/** What all chats of the workspace together may use, as the log has it. */
export class WorkspaceBudget {
  limits: WorkspaceLimits;

  constructor(limits: WorkspaceLimits = { budget: null }) {
    this.limits = limits;
  }

  fold(line: JournalEntry): void {
    if (line.type !== 'budget.changed') return;
    const { budget } = line.payload;
    const step = line.record?.budgetStep ?? this.limits.step;
    this.limits = { budget, ...(budget && step && { step }) };
  }
}

/** All turns of all chats, also of those that are `deleted`. */
export function usedIn(records: Iterable<ChatRecord>, deleted: Readonly<Record<string, UsageTotal>>): Used {
  let used = usedOf();
  for (const usage of Object.values(deleted)) used = plusUsed(used, usedOf(usage));
  for (const { chat } of records) if (chat.usage !== undefined) used = plusUsed(used, usedOf(chat.usage));
  return used;
}
