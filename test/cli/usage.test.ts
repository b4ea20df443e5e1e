import { expect, it } from 'vitest';
import type { EngineClient } from '../../src/client/client.ts';
import { showBudget } from '../../src/cli/show-usage.ts';
import { openTestTerminal } from './stand-in.ts';

const USAGE = { inputTokens: 30, outputTokens: 5, turns: 2, durationMs: 4_000, costUsd: 0.25 };
const BUDGET = { usd: 5, turns: 10 };

/** A client of an engine with one chat. */
function createClient() {
  const changes: unknown[] = [];
  const chat = { id: 'chat-1', title: 'Look', provider: 'claude', createdAt: '', updatedAt: '' };
  const client = {
    usage: async () => ({ usage: USAGE }),
    setBudget: async (budget: unknown) => (changes.push(budget), { usage: USAGE, budget }),
    chats: {
      list: async () => ({ chats: [chat], lastEventId: '' }),
      update: async (id: string, { budget }: { budget: unknown }) => (
        changes.push([id, budget]),
        { ...chat, usage: USAGE, budget }
      ),
    },
  };
  return { client: client as unknown as EngineClient, changes };
}

it('a budget is shown below what was used of it', async () => {
  const terminal = openTestTerminal();
  const { client, changes } = createClient();

  expect(await showBudget(terminal, { client, json: false, budget: BUDGET })).toBe(0);

  expect(changes).toEqual([BUDGET]);
  expect(terminal.printed()).toBe(
    [
      '        turns  time  input  cached  output  cost',
      'all     2      4 s   30     0       5       $0.2500',
      'budget  10                                  $5',
      '',
    ].join('\n'),
  );
});

it('without a budget it is said how to set one', async () => {
  const terminal = openTestTerminal();
  const { client, changes } = createClient();

  await showBudget(terminal, { client, json: false });

  expect(changes).toEqual([]);
  expect(terminal.printed()).toContain('There is no budget: --usd, --tokens and --turns set one.\n');
});

it('a chat gets a budget of its own, the chat told by how its id begins', async () => {
  const terminal = openTestTerminal();
  const { client, changes } = createClient();

  await showBudget(terminal, { client, json: true, chatId: 'ch', budget: BUDGET });

  expect(changes).toEqual([['chat-1', BUDGET]]);
  expect(JSON.parse(terminal.printed())).toEqual({ budget: BUDGET, usage: USAGE });
});
