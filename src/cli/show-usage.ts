import pc from 'picocolors';
import type { Budget, EngineClient, UsageTotal } from '../client/client.ts';
import { toColumns, toDuration } from './show-status.ts';
import { EXIT, type Terminal } from './terminal.ts';

/** Prints what agents have used: each chat, each agent, all. */
export async function showUsage(
  terminal: Terminal,
  { client, json }: { client: EngineClient; json: boolean },
): Promise<number> {
  const shown = await client.usage({ signal: terminal.stopSignal() });
  const { bold, dim } = pc.createColors(terminal.hasColors);
  const { usage, budget, providers, chats } = shown;
  const rows = [
    HEADINGS.map(dim),
    ...chats.map((chat) => toRow(`${dim(chat.chatId.slice(0, 8))}  ${chat.title}`, chat.usage)),
    ...Object.entries(providers).map(([provider, total]) => toRow(bold(provider), total)),
    toRow(bold('all'), usage),
    ...(budget === undefined ? [] : [toLimits(bold('budget'), budget)]),
  ];
  terminal.print(json ? `${JSON.stringify(shown, null, 2)}\n` : toColumns(rows));
  return EXIT.DONE;
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
