import { describe, expect, it } from 'vitest';
import type { UsageTotal } from '../../../src/contract/chats.ts';
import { DeletedChats } from '../../../src/journal/projection/deleted-chats.ts';
import { usedIn, WorkspaceBudget, workspaceUsage } from '../../../src/journal/projection/workspace-usage.ts';
import { bareRecorder } from '../../support/bare-recorder.ts';
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

describe('the budget of a workspace', () => {
  it('is that of the last line, with what was set at first to raise it by', () => {
    const budget = new WorkspaceBudget();
    const [set, raised] = [{ turns: 2 }, { turns: 4 }];

    budget.fold({ type: 'budget.changed', payload: { budget: set }, record: { budgetStep: set } });
    budget.fold({ type: 'budget.changed', payload: { budget: raised } });
    expect(budget.limits).toEqual({ budget: raised, step: set });
    expect(new WorkspaceBudget(budget.limits).limits).toEqual(budget.limits);
    budget.fold({ type: 'budget.changed', payload: { budget: null } });

    expect(budget.limits).toEqual({ budget: null });
  });

  it('is used by all chats, of all agents, and by those that were deleted', () => {
    const records = [
      chat('claude', { inputTokens: 1, cacheReadTokens: 2, costUsd: 0.1, turns: 1 }),
      chat('codex', { outputTokens: 4, costUsd: 0.2 }),
    ];

    expect(usedIn(records, { acp: { cacheWriteTokens: 8, turns: 3 } })).toEqual({
      usd: 0.3,
      tokens: 15,
      turns: 4,
    });
  });

  it('is told with each use and each change of it', () => {
    const record = chat('claude', {});
    const recorder = bareRecorder({ records: new Map([[record.chat.id, record]]) });
    const told: unknown[] = [];
    recorder.onUse = ({ budget }, used) => told.push([budget, used().turns]);
    const budget = { turns: 1 };

    recorder.tell('engine', { type: 'budget.changed', payload: { budget } });
    const used = { ...record, chat: { ...record.chat, usage: { turns: 1 } } };
    recorder.tellChat(used, [], { state: 'idle', processing: false, awaitingInput: false });

    expect(told).toEqual([
      [budget, 0],
      [budget, 1],
    ]);
  });
});
