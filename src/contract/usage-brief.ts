import type { Usage } from './chats.ts';

/** What was used, in parts of a line: tokens, how full the context is, the cost. */
export function usageBrief(usage: Usage = {}): string[] {
  const { inputTokens, outputTokens, costUsd, contextTokens, contextWindow } = usage;
  const tokens = (inputTokens ?? 0) + (outputTokens ?? 0);
  return [
    ...(tokens > 0 ? [`${tokens.toLocaleString('en')} tokens`] : []),
    ...(contextTokens !== undefined && contextWindow
      ? [`context ${Math.round((100 * contextTokens) / contextWindow)} %`]
      : []),
    ...(costUsd !== undefined && costUsd >= 0.005 ? [`$${costUsd.toFixed(2)}`] : []),
  ];
}
