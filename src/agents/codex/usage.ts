/** What Codex says that it used, by what the totals of its threads grew: the same total may be told more than once. */
import { minus } from '../../../machines/chat.usage.ts';
import type { Usage } from '../../contract/chats.ts';
import type { Step } from '../step.ts';
import type { Tokens, TokenUsage } from './protocol.ts';
import type { CodexState } from './state.ts';
import { countSubAgent } from './tasks.ts';

export function countTokens(
  state: CodexState,
  { threadId, tokenUsage }: { threadId: string; tokenUsage: TokenUsage },
): Pick<Step<CodexState>, 'state' | 'spent'> {
  const { total } = tokenUsage;
  const tokens = growthOf(state, threadId, tokenUsage);
  const counted = countSubAgent(state, threadId, total?.totalTokens);
  const next = total === undefined ? counted : { ...counted, totals: { ...state.totals, [threadId]: total } };
  if (tokens === null) return { state: next };
  const context = threadId === state.threadId ? { ...modelOf(state), ...contextOf(tokenUsage) } : {};
  return { state: next, spent: { ...usageOf(tokens), ...context } };
}

/** A thread that is resumed tells its total before it does anything. Null when nothing was used. */
function growthOf(state: CodexState, threadId: string, { total, last }: TokenUsage): Tokens | null {
  const before = state.totals[threadId];
  if (before === undefined || total === undefined) return isAtWork(state, threadId) ? last : null;
  if (isLess(total, before)) return last;
  const growth = {
    inputTokens: total.inputTokens - before.inputTokens,
    cachedInputTokens: total.cachedInputTokens - before.cachedInputTokens,
    cacheWriteInputTokens: total.cacheWriteInputTokens - before.cacheWriteInputTokens,
    outputTokens: total.outputTokens - before.outputTokens,
  };
  return Object.values(growth).every((count) => count === 0) ? null : growth;
}

function isLess(total: Tokens, before: Tokens): boolean {
  return total.inputTokens < before.inputTokens || total.outputTokens < before.outputTokens;
}

function isAtWork({ threadId, turn, activeTurn, children }: CodexState, candidate: string): boolean {
  return candidate === threadId ? turn !== null || activeTurn !== null : candidate in children;
}

/** Codex counts cached tokens among the input. */
function usageOf({ inputTokens, cachedInputTokens, cacheWriteInputTokens, outputTokens }: Tokens): Usage {
  return {
    ...minus({ inputTokens }, { inputTokens: cachedInputTokens }),
    outputTokens,
    cacheReadTokens: cachedInputTokens,
    cacheWriteTokens: cacheWriteInputTokens,
  };
}

function modelOf({ turn, model: usual }: CodexState): Usage {
  const model = turn?.settings['model'] ?? usual;
  return typeof model === 'string' ? { model } : {};
}

/** How full the context is after a call of the model. */
function contextOf({ last: { inputTokens, outputTokens }, modelContextWindow }: TokenUsage): Usage {
  const contextWindow = modelContextWindow === undefined ? {} : { contextWindow: modelContextWindow };
  return { contextTokens: inputTokens + outputTokens, ...contextWindow };
}
