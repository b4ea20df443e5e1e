import { describe, expect, it } from 'vitest';
import { openRequestsOf } from '../../../machines/chat.context.ts';
import type { ChatRecord } from '../../../src/contract/records.ts';
import { ordersOf, storyOf } from '../../support/chat-story.ts';
import { SPENT, answered, declined, ended, prepared, spends, submit } from '../../support/chat-words.ts';
import { startChat, type ChatHarness, type ChatStart, type ChatStep } from '../../support/start-chat.ts';
import { leafOf } from '../../support/state-names.ts';

const RUNNING: ChatStep[] = [submit('m1'), prepared('m1')];
const SPENDS: ChatStep = { type: 'workspace.spent', spent: SPENT };
const LIFTED: ChatStep = { type: 'workspace.spent', spent: null };
const INTERRUPTED: ChatStep = ended('m1', { outcome: 'interrupted' });

describe('a budget of the workspace that is used up', () => {
  it('interrupts a turn and asks at once, which the end of the turn does not close', () => {
    const { chat, commands, emitted, take } = startChat();

    take(...RUNNING, SPENDS, INTERRUPTED);

    expect(ordersOf(commands)).toEqual(['prepare m1', 'deliver m1', 'interrupt']);
    expect(storyOf(emitted).slice(2)).toEqual([
      'opened budget-1 of null',
      'noted position',
      'completed m1 interrupted',
    ]);
    expect(openRequestsOf(recordOf(chat))).toEqual([
      {
        id: 'budget-1',
        kind: 'budget',
        scope: 'workspace',
        budget: SPENT.budget,
        used: SPENT.used,
        openedAt: SPENT.at,
      },
    ]);
    expect(leafOf(chat.getSnapshot())).toBe('overBudget.asking');
  });

  it('lets a chat that rests be, until it is sent something', () => {
    const { chat, commands, emitted, take } = startChat();

    take(SPENDS);
    expect([leafOf(chat.getSnapshot()), emitted]).toEqual(['resting.idle', []]);
    take(submit('m1'));

    expect(storyOf(emitted)).toEqual(['accepted m1 at 0', 'opened budget-1 of null']);
    expect(commands).toEqual([]);
  });

  it('leaves a turn completed that came to its end all the same', () => {
    const { emitted, take } = startChat();

    take(...RUNNING, ended('m1'), SPENDS);

    expect(storyOf(emitted).at(-1)).toBe('completed m1 completed');
  });

  it.each<[string, ChatStep[]]>([
    ['before it had heard of it', []],
    ['when it had asked', [SPENDS]],
    ['when the turn was over', [SPENDS, INTERRUPTED]],
  ])('is asked for once by a chat whose engine was killed %s', (_, steps) => {
    const before = startChat();
    before.take(...RUNNING, submit('m2'), ...steps);

    const after = restartOf(before, { spent: SPENT });
    if (recordOf(after.chat).turn !== null) after.take(INTERRUPTED);

    const story = [...storyOf(before.emitted), ...storyOf(after.emitted)];
    expect(story.filter((line) => line.startsWith('opened'))).toEqual(['opened budget-1 of null']);
    after.take(LIFTED);
    expect([storyOf(after.emitted).at(-1), ordersOf(after.commands).at(-1)]).toEqual([
      'closed budget-1 withdrawn',
      'prepare m2',
    ]);
  });

  it('is asked for behind that of the chat itself', () => {
    const { chat, take } = startChat({ budget: { tokens: 10 }, spent: SPENT });

    take(spends(null, 10), submit('m1'));
    expect(openRequestsOf(recordOf(chat))).toMatchObject([{ scope: 'chat', budget: { tokens: 10 } }]);
    take(answered('budget-1'));

    expect(openRequestsOf(recordOf(chat))).toMatchObject([{ id: 'budget-2', scope: 'workspace' }]);
  });
});

describe('the answer about the workspace', () => {
  it('lets the chat go on, and leaves its own budget alone', () => {
    const { chat, commands, emitted, take } = startChat({ spent: SPENT, budget: { tokens: 10 } });

    take(submit('m1'), answered('budget-1'));

    expect(storyOf(emitted).at(-1)).toBe('closed budget-1 allowed');
    expect(ordersOf(commands)).toEqual(['prepare m1']);
    expect(recordOf(chat).chat.budget).toEqual({ tokens: 10 });
  });

  it('asks again where the engine says that it was too little', () => {
    const { chat, commands, take } = startChat({ spent: SPENT });

    take(submit('m1'), answered('budget-1'), SPENDS);

    expect(ordersOf(commands)).toEqual(['prepare m1', 'abandon']);
    expect(openRequestsOf(recordOf(chat))).toMatchObject([{ id: 'budget-2' }]);
  });

  it('stops the chat at this budget, also for the next engine, until somebody sends a message', () => {
    const before = startChat({ spent: SPENT });
    before.take(submit('m1'), declined('budget-1'));

    const { chat, emitted, take } = restartOf(before, { spent: SPENT });
    expect([leafOf(chat.getSnapshot()), emitted]).toEqual(['overBudget.declined', []]);
    take(submit('m2'));

    expect(storyOf(emitted)).toEqual(['accepted m2 at 1', 'opened budget-2 of null']);
  });

  it('holds for no other budget', () => {
    const before = startChat({ spent: SPENT });
    before.take(submit('m1'), declined('budget-1'));

    const raised = { ...SPENT, budget: { turns: 6 } };
    const { emitted } = restartOf(before, { spent: raised });

    expect(storyOf(emitted)).toEqual(['opened budget-2 of null']);
  });
});

function recordOf(chat: ChatHarness['chat']): ChatRecord {
  return chat.getSnapshot().context.record;
}

function restartOf({ chat }: Pick<ChatHarness, 'chat'>, rest: ChatStart): ChatHarness {
  return startChat({ record: JSON.parse(JSON.stringify(recordOf(chat))) as ChatRecord, ...rest });
}
