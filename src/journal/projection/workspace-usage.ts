import { plusTotal } from '../../../machines/chat.usage.ts';
import type { WorkspaceLimits } from '../../contract/budget.ts';
import type { UsageTotal } from '../../contract/chats.ts';
import type { ChatRecord } from '../../contract/records.ts';
import type { WorkspaceUsage } from '../../contract/usage.ts';

/** What the agents of a workspace have used; `deleted`: in chats that are gone, by agent. */
export function workspaceUsage(
  records: Iterable<ChatRecord>,
  deleted: Readonly<Record<string, UsageTotal>>,
  { budget }: WorkspaceLimits = { budget: null },
): WorkspaceUsage {
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
