/** The commands about what agents use and may use. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Budget } from '../client/client.ts';
import { addView, askEngine, ofEngine, toText, type ClientOptions } from './command-options.ts';
import { showBudget, showUsage } from './show-usage.ts';
import type { Shell } from './terminal.ts';

interface BudgetOptions extends ClientOptions, Budget {
  chat?: string;
  none?: true;
}

export function addUsage(program: Command, shell: Shell): void {
  addView({ program, shell }, 'usage', {
    description: 'tokens and cost of the agents: by chat, by agent, in all',
    show: showUsage,
  });
  ofEngine(program.command('budget'))
    .description(
      'what agents may use before somebody is asked: all chats together, or one; options set it as a whole',
    )
    .option('--chat <id>', 'of this chat alone; the beginning of its id is enough', toText)
    .option('--usd <dollars>', 'at most so many dollars', toAmount)
    .option('--tokens <tokens>', 'at most so many tokens, in, out and cached', toWhole)
    .option('--turns <turns>', 'at most so many turns', toWhole)
    .addOption(new Option('--none', 'lift it').conflicts(['usd', 'tokens', 'turns']))
    .option('--json', 'print JSON')
    .action(({ json = false, chat: chatId, usd, tokens, turns, none, ...options }: BudgetOptions) =>
      askEngine(shell, options, (terminal, client) => {
        const isSet = [usd, tokens, turns].some((limit) => limit !== undefined);
        const budget = none ? null : isSet ? { usd, tokens, turns } : undefined;
        return showBudget(terminal, { client, json, chatId, budget });
      }),
    );
}

function toAmount(text: string): number {
  const amount = Number(text);
  if (amount > 0 && Number.isFinite(amount)) return amount;
  throw new InvalidArgumentError('It is a number above 0.');
}

function toWhole(text: string): number {
  if (Number.isSafeInteger(toAmount(text))) return Number(text);
  throw new InvalidArgumentError('It is a whole number.');
}
