import { describe, expect, it } from 'vitest';
import { BudgetSchema, type Budget } from '../../../src/contract/budget.ts';
import type { Usage } from '../../../src/contract/chats.ts';
import type { ChatRecord } from '../../../src/contract/records.ts';
import type { AgentRequest } from '../../../src/contract/requests.ts';
import { openRequestsOf, waitingOf } from '../../../machines/chat.context.ts';
import { ordersOf, storyOf } from '../../support/chat-story.ts';
import {
  CRASHED,
  READ_AT,
  answered,
  asked,
  declined,
  ended,
  interrupt,
  message,
  prepared,
  said,
  spends,
  submit,
} from '../../support/chat-words.ts';
import { startChat, type ChatHarness, type ChatStep } from '../../support/start-chat.ts';
import { leafOf } from '../../support/state-names.ts';

const RUNNING: ChatStep[] = [submit('m1'), prepared('m1')];
const INTERRUPTED: ChatStep = ended('m1', { outcome: 'interrupted' });
const REQUEST: AgentRequest = {
  id: 'budget-1',
  kind: 'budget',
  scope: 'chat',
  budget: { tokens: 10 },
  used: { usd: 0, tokens: 10, turns: 1 },
  openedAt: READ_AT,
};

const raise = (budget: Budget): ChatStep => ({
  type: 'request.answer',
  requestId: 'budget-1',
  answer: { decision: 'allow', budget },
});

describe('a budget that is used up in the middle of a turn', () => {
  it('interrupts it, and asks for more once the turn is over', () => {
    const { chat, commands, emitted, take } = startChat({ budget: { tokens: 10 } });

    take(...RUNNING, submit('m2'), spends('m1', 10));
    expect(leafOf(chat.getSnapshot())).toBe('interrupting');
    take(INTERRUPTED);

    expect(storyOf(emitted).slice(3)).toEqual([
      'noted position',
      'spent in m1',
      'noted position',
      'completed m1 interrupted',
      'opened budget-1 of null',
    ]);
    expect(emitted.at(-1)).toMatchObject({ payload: { request: REQUEST } });
    expect(emitted.at(-2)).toMatchObject({ payload: { error: { code: 'budget_reached' } } });
    expect(ordersOf(commands)).toEqual(['prepare m1', 'deliver m1', 'interrupt']);
  });

  it('leaves a turn completed that came to its end all the same', () => {
    const { emitted, take } = startChat({ budget: { tokens: 10 } });

    take(...RUNNING, spends('m1', 10), ended('m1'));

    expect(storyOf(emitted).slice(-2)).toEqual(['completed m1 completed', 'opened budget-1 of null']);
  });

  it.each([
    ['while it runs', []],
    ['while it asks something', [asked('r1')]],
    ['while it is interrupted', [spends('m1', 10)]],
    ['when a person has interrupted it', [interrupt(), spends('m1', 10)]],
    ['when that was asked', [spends('m1', 10), INTERRUPTED]],
  ] as [string, ChatStep[]][])('is asked for once by an engine that was killed %s', (_, steps) => {
    const before = startChat({ budget: { tokens: 10 } });
    before.take(...RUNNING, submit('m2'), ...steps);

    const after = restartOf(before);
    const { turn, chat } = recordOf(after);
    after.take(...(turn === null ? [] : [...(chat.usage ? [] : [spends('m1', 10)]), INTERRUPTED]));

    const { story } = { story: [...storyOf(before.emitted), ...storyOf(after.emitted)] };
    expect(story.filter((line) => line.startsWith('opened budget'))).toEqual(['opened budget-1 of null']);
    expect(ordersOf(after.commands)).toEqual(turn === null ? [] : ['interrupt']);
    after.take(answered('budget-1'));
    expect(ordersOf(after.commands).at(-1)).toBe('prepare m2');
  });
});

describe('a budget that is used up at rest', () => {
  it.each<[string, Budget, ChatStep[]]>([
    ['turns', { turns: 1 }, [...RUNNING, ended('m1')]],
    [
      'dollars',
      { usd: 0.2 },
      [said(null, { spent: { costUsd: 0.1 } }), said(null, { spent: { costUsd: 0.1 } })],
    ],
    [
      'tokens of all kinds',
      { tokens: 10 },
      [said(null, { spent: { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 } })],
    ],
  ])('asks for more: %s', (_, budget, steps) => {
    const { chat, take } = startChat({ budget });

    take(...steps.slice(0, -1));
    expect(chat.getSnapshot().matches('overBudget')).toBe(false);
    take(...steps.slice(-1));

    expect(leafOf(chat.getSnapshot())).toBe('overBudget.asking');
  });

  it('takes back a message that is being prepared, which waits', () => {
    const { chat, commands, take } = startChat({ budget: { tokens: 10 } });

    take(submit('m1'), spends(null, 10), prepared('m1'));

    expect(ordersOf(commands)).toEqual(['prepare m1', 'abandon']);
    expect(chat.getSnapshot().context.record.queue).toEqual([message('m1')]);
  });

  it('interrupts an agent that begins to work by itself', () => {
    const { chat, commands, take } = startChat({ budget: { tokens: 10 } });

    take(spends(null, 10), said(null, { selfDirected: true }));
    expect(ordersOf(commands)).toEqual(['interrupt']);
    take(answered('budget-1'), said(null, { selfDirected: false }));

    expect(leafOf(chat.getSnapshot())).toBe('resting.idle');
  });
});

describe('the answer', () => {
  it('raises the budget by the same amount again, and what waits goes on', () => {
    const { chat, commands, take } = overBudget(25);

    take(answered('budget-1'));

    expect(told(chat).budget).toEqual({ tokens: 30 });
    expect(ordersOf(commands)).toEqual(['prepare m1']);
    take(prepared('m1'), spends('m1', 5), INTERRUPTED, answered('budget-2'));
    expect(told(chat).budget).toEqual({ tokens: 40 });
  });

  it('sets what it names, and keeps the rest and the amount', () => {
    const { chat, take } = startChat({ budget: { tokens: 10, turns: 5 } });

    take(spends(null, 10), raise({ tokens: 15 }), spends(null, 5));
    expect(told(chat).budget).toEqual({ tokens: 15, turns: 5 });
    take(answered('budget-2'));

    expect(told(chat).budget).toEqual({ tokens: 25, turns: 5 });
  });

  it('asks again at once when it raises too little', () => {
    const { chat, emitted, take } = overBudget(25);

    take(raise({ tokens: 20 }));

    expect(storyOf(emitted).slice(-3)).toEqual([
      'closed budget-1 allowed',
      'noted budgetStep',
      'opened budget-2 of null',
    ]);
    expect(openRequestsOf(recordOf({ chat }))).toMatchObject([{ id: 'budget-2', budget: { tokens: 20 } }]);
  });

  it.each<[string, Budget, Usage]>([
    ['the smallest steps', { usd: 1e-13 }, { costUsd: 0.01 }],
    ['more tokens than can be counted', { tokens: 10 }, { outputTokens: 9e15, inputTokens: 9e15 }],
  ])('raises the budget so that it can be read again, and lets the chat go on: %s', (_, budget, spent) => {
    const { chat, take } = startChat({ budget });
    take(said(null, { events: [], spent }), submit('m1'));

    take({ type: 'request.answer', requestId: 'budget-1', answer: { decision: 'allow' } });

    expect(BudgetSchema.optional().safeParse(told(chat).budget).error).toBe(undefined);
    expect(leafOf(chat.getSnapshot())).toBe('running.starting');
  });

  it('stops the chat with what waits, also for the next engine, until somebody sends a message', () => {
    const before = overBudget(10);
    before.take(declined('budget-1'));

    const { chat, commands, emitted, take } = restartOf(before);
    expect(leafOf(chat.getSnapshot())).toBe('overBudget.declined');
    take(submit('m2'));

    expect(storyOf(emitted)).toEqual(['accepted m2 at 1', 'opened budget-2 of null']);
    expect(commands).toEqual([]);
    expect(restartOf({ chat }).chat.getSnapshot().value).toEqual({ overBudget: 'asking' });
  });

  it.each<[string, Budget | null]>([
    ['lifted', null],
    ['set higher', { turns: 1 }],
  ])('is not needed any more once the budget is %s', (_, budget) => {
    const { commands, emitted, take } = overBudget(10);

    take({ type: 'chat.configure', change: { budget } });

    expect(storyOf(emitted).at(-1)).toBe('closed budget-1 withdrawn');
    expect(ordersOf(commands)).toEqual(['prepare m1']);
  });
});

describe('a chat that waits for its budget', () => {
  it('keeps the request when the engine stops in good order', () => {
    const { chat, emitted, take } = overBudget(10);

    take({ type: 'chat.shutdown' }, { type: 'agent.exited', failure: { code: 'x', message: 'x' } });

    expect(openRequestsOf(recordOf({ chat }))).toHaveLength(1);
    expect(storyOf(emitted).some((line) => line.startsWith('closed'))).toBe(false);
  });

  it.each([
    ['its home is copied', { kind: 'copied' }],
    ['it is given up', { kind: 'givenUp', reason: 'It broke.' }],
  ] as const)('withdraws the request when %s', (_, origin) => {
    const { emitted } = startChat({ record: jsonOf(overBudget(10)), origin });

    expect(storyOf(emitted)).toContain('closed budget-1 withdrawn');
  });
});

/** It has used so much of its ten tokens, and m1 waits. */
function overBudget(tokens: number): ChatHarness {
  const harness = startChat({ budget: { tokens: 10 } });
  harness.take(spends(null, tokens), submit('m1'));
  return harness;
}

type OfChat = Pick<ChatHarness, 'chat'>;

function told(chat: ChatHarness['chat']) {
  return recordOf({ chat }).chat;
}

function recordOf({ chat }: OfChat): ChatRecord {
  return chat.getSnapshot().context.record;
}

function jsonOf(harness: OfChat): ChatRecord {
  return JSON.parse(JSON.stringify(recordOf(harness))) as ChatRecord;
}

function restartOf(harness: OfChat): ChatHarness {
  return startChat({ record: jsonOf(harness) });
}

describe('a chat that waits for a higher budget', () => {
  it('takes its question back when it is deleted', () => {
    const { emitted, take } = startChat({ budget: { tokens: 10 } });
    take(spends(null, 10));

    take({ type: 'chat.delete' }, CRASHED);

    expect(storyOf(emitted).slice(-2)).toEqual(['closed budget-1 withdrawn', 'deleted']);
  });

  it('takes an answer while an agent works by itself that a killed engine was interrupting', () => {
    const before = startChat({ budget: { tokens: 10 } });
    before.take(...RUNNING, spends('m1', 10), INTERRUPTED, said(null, { selfDirected: true }));
    before.take({ type: 'chat.configure', change: { budget: { tokens: 20 } } });

    const { chat, emitted, take } = restartOf(before);
    expect(leafOf(chat.getSnapshot())).toBe('running.working');
    take(answered('budget-1'));

    expect(storyOf(emitted)).toEqual(['closed budget-1 allowed', 'noted budgetStep']);
  });

  const WAITING: ChatStep[] = [...RUNNING, submit('m2'), spends('m1', 10), INTERRUPTED];

  it('still hears its agent, and interrupts it when it starts to work by itself', () => {
    const { chat, emitted, take } = startChat({ budget: { tokens: 10 } });
    take(...WAITING);
    const before = emitted.length;

    take(said(null), said(null, { selfDirected: true }));
    expect(storyOf(emitted).slice(before)).toEqual(['said null', 'said null']);
    expect(leafOf(chat.getSnapshot())).toBe('interrupting');
  });

  it('hears what its agent asks', () => {
    const { emitted, take } = startChat({ budget: { tokens: 10 } });

    take(...WAITING, asked('r1'));

    expect(storyOf(emitted)).toContain('opened r1 of null');
  });
});

describe('a turn that is interrupted for its budget', () => {
  it('may be interrupted by a person as well, who names what waits and drops it', () => {
    const { emitted, take } = startChat({ budget: { tokens: 10 } });

    take(...RUNNING, submit('m2'), spends('m1', 10), interrupt(true));

    expect(storyOf(emitted).slice(-2)).toEqual(['interrupted, waiting: m2', 'dropped m2 cleared']);
  });

  it('gives back the message that was about to start, which runs once there is more', () => {
    const { chat, commands, take } = startChat({ budget: { tokens: 10 } });

    take(submit('m1'), spends(null, 10));
    expect(waitingOf(chat.getSnapshot().context).map(({ messageId }) => messageId)).toEqual(['m1']);
    take(answered('budget-1'));

    expect(ordersOf(commands)).toEqual(['prepare m1', 'abandon', 'prepare m1']);
  });
});
