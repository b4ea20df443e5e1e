import type { Usage } from './chats.ts';

/** What was used, in parts of a line: tokens, how full the context is, the cost. */
export function usageBrief(usage: Usage = {}): string[] {
  const { inputTokens, outputTokens, costUsd, contextTokens, contextWindow } = usage;
  const tokens = (inputTokens ?? 0) + (outputTokens ?? 0);
  const context = contextWindow ? Math.round((100 * (contextTokens ?? 0)) / contextWindow) : 0;
  return [
    ...(tokens > 0 ? [`${tokens.toLocaleString('en')} tokens`] : []),
    ...(context > 0 ? [`context ${context} %`] : []),
    ...(costUsd !== undefined && costUsd >= 0.005 ? [`$${costUsd.toFixed(2)}`] : []),
  ];
}

/** How long something took. */
export function durationBrief(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  return seconds < 60 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
