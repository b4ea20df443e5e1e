import { plusUsed, usedOf } from '../../../machines/chat.budget.ts';
import type { Used, WorkspaceLimits } from '../../contract/budget.ts';
import type { UsageTotal } from '../../contract/chats.ts';
import type { ChatRecord } from '../../contract/records.ts';
import type { JournalEntry } from '../event-line.ts';

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
