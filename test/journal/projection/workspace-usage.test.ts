import { describe, expect, it } from 'vitest';
import type { UsageTotal } from '../../../src/contract/chats.ts';
import { DeletedChats } from '../../../src/journal/projection/deleted-chats.ts';
import { workspaceUsage } from '../../../src/journal/projection/workspace-usage.ts';
import { recordOf } from '../../support/start-chat.ts';

function chat(provider: string, usage: UsageTotal) {
  const record = recordOf({});
  return { ...record, chat: { ...record.chat, provider, usage } };
}

describe('the usage of a workspace', () => {
  it('is the sum of its chats, by agent and of all, without what is of one chat alone', () => {
    const one = chat('claude', { inputTokens: 1, costUsd: 0.1, turns: 1, durationMs: 5, contextTokens: 9 });
    const other = chat('claude', { inputTokens: 2, costUsd: 0.2, turns: 1, model: 'opus' });

    const { usage, providers } = workspaceUsage([one, other, chat('codex', { outputTokens: 4 })], {});

    const ofClaude = { inputTokens: 3, costUsd: 0.3, turns: 2, durationMs: 5 };
    expect(providers).toEqual({ claude: ofClaude, codex: { outputTokens: 4 } });
    expect(usage).toEqual({ ...ofClaude, outputTokens: 4 });
  });

  it('counts what deleted chats had used on, however many there were', () => {
    const deleted = new DeletedChats();
    for (let count = 0; count < 150; count += 1) {
      const gone = chat('codex', { outputTokens: 1, turns: 1 }).chat;
      deleted.note({ ...gone, id: String(count) });
    }

    const known = new DeletedChats(deleted.all, deleted.usage);
    expect(workspaceUsage([], known.usage)).toEqual({
      usage: { outputTokens: 150, turns: 150 },
      providers: { codex: { outputTokens: 150, turns: 150 } },
      chats: [],
    });
  });
});
