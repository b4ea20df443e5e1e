import type { Budget, UsageTotal } from '../client/client.ts';
import { findChat } from './find-chat.ts';
import { show, type ShowOptions } from './show.ts';
import { toColumns, toDuration } from './show-status.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './visible.ts';

/** Prints what agents have used: each chat, each agent, all. */
export async function showUsage(terminal: Terminal, { client, json }: ShowOptions): Promise<number> {
  const shown = await client.usage({ signal: terminal.stopSignal() });
  const { bold, dim } = terminal.colors;
  const { usage, budget, providers, chats } = shown;
  const rows = [
    ...chats.map((chat) => toRow(`${dim(chat.chatId.slice(0, 8))}  ${visible(chat.title)}`, chat.usage)),
    ...Object.entries(providers).map(([provider, total]) => toRow(bold(provider), total)),
    ...toSum(bold, { name: 'all', usage, budget }),
  ];
  return show(terminal, { json, value: shown, text: toColumns([HEADINGS.map(dim), ...rows]) });
}

export interface BudgetOptions extends ShowOptions {
  /** The id of a chat, or how it begins; left out: it is about all chats together. */
  chatId?: string | undefined;
  /** As a whole; null lifts it; left out: it is only shown. */
  budget?: Budget | null | undefined;
}

/** Prints what a chat, or all of them, may use and have used; changes it first when told to. */
export async function showBudget(terminal: Terminal, options: BudgetOptions): Promise<number> {
  const { name, usage = {}, budget } = await applyBudget(options, terminal.stopSignal());
  const { bold, dim } = terminal.colors;
  const table = toColumns([HEADINGS.map(dim), ...toSum(bold, { name, usage, budget })]);
  const value = { budget: budget ?? null, usage };
  return show(terminal, { json: options.json, value, text: table + noteOf(budget) });
}

interface Sum {
  name: string;
  usage?: UsageTotal | undefined;
  budget?: Budget | undefined;
}

async function applyBudget({ client, chatId, budget }: BudgetOptions, signal: AbortSignal): Promise<Sum> {
  if (chatId === undefined) {
    const shown = await (budget === undefined
      ? client.usage({ signal })
      : client.setBudget(budget, { signal }));
    return { name: 'all', ...shown };
  }
  const { chat } = await findChat(client, { chatId, isNew: false, signal });
  const shown = budget === undefined ? chat : await client.chats.update(chat.id, { budget }, { signal });
  return { name: visible(shown.title), ...shown };
}

function noteOf(budget: Budget | undefined): string {
  return budget === undefined ? 'There is no budget: --usd, --tokens and --turns set one.\n' : '';
}

function toSum(bold: (text: string) => string, { name, usage = {}, budget }: Sum): string[][] {
  const sum = toRow(bold(name), usage);
  return budget === undefined ? [sum] : [sum, toLimits(bold('budget'), budget)];
}

function toLimits(name: string, { usd, tokens, turns }: Budget): string[] {
  const all = tokens === undefined ? '' : `${tokens} in all`;
  return [name, String(turns ?? ''), '', all, '', '', usd === undefined ? '' : `$${usd}`];
}

const HEADINGS = ['', 'turns', 'time', 'input', 'cached', 'output', 'cost'];

function toRow(name: string, usage: UsageTotal): string[] {
  const { turns = 0, durationMs = 0, outputTokens = 0, costUsd } = usage;
  const { inputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage;
  const counts = [inputTokens + cacheWriteTokens, cacheReadTokens, outputTokens];
  const cost = costUsd === undefined ? '' : `$${costUsd.toFixed(4)}`;
  return [name, String(turns), toDuration(durationMs / 1_000), ...counts.map(String), cost];
}
