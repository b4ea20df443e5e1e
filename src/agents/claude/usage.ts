/** What Claude Code says that it used, each use once: by each call of the model while a turn runs, and the rest by its result. */
import { minus, plus } from '../../../machines/chat.usage.ts';
import type { Usage } from '../../contract/chats.ts';
import type { KnownLine, LineOf, Result, Tokens } from './protocol.ts';
import type { ClaudeState } from './state.ts';

export interface Counted {
  state: ClaudeState;
  spent?: Usage;
}

export function count(state: ClaudeState, line: KnownLine | null): Counted {
  if (line?.type === 'stream_event') return countCall(state, line);
  return line?.type === 'result' ? settle(state, line) : { state };
}

/** Sub-agents, and what nobody asked for, are in the result alone. */
function countCall(
  state: ClaudeState,
  { event, parent_tool_use_id: parent }: LineOf<'stream_event'>,
): Counted {
  if (event === undefined || parent != null || state.turn === null) return { state };
  const { type, message, usage } = event;
  if (type === 'message_start' && message !== undefined) return { state: { ...state, call: message } };
  const { call } = state;
  if (type !== 'message_delta' || call === null || usage === undefined) return { state };
  const spent = { ...tokensOf({ ...call.usage, output_tokens: usage.output_tokens }), model: call.model };
  return { state: { ...state, call: null, told: plus(state.told, spent) }, spent };
}

function settle(state: ClaudeState, result: Result): Counted {
  const spent = { ...minus(usageOf(result, state.totalCostUsd), state.told), ...contextOf(result, state) };
  const totalCostUsd = result.total_cost_usd ?? state.totalCostUsd;
  return { state: { ...state, call: null, told: {}, totalCostUsd }, spent };
}

/** What was used since the result before it. */
export function usageOf(result: Result, totalCostUsd: number | null): Usage {
  const models = Object.values(result.model_usage_since_last_result ?? {});
  if (models.length === 0)
    return { ...(result.usage && tokensOf(result.usage)), ...costOf(result, totalCostUsd) };
  const all = models.map((model) => ({
    inputTokens: model.inputTokens,
    outputTokens: model.outputTokens,
    cacheReadTokens: model.cacheReadInputTokens,
    cacheWriteTokens: model.cacheCreationInputTokens,
    costUsd: model.costUSD,
  }));
  return all.reduce<Usage>(plus, {});
}

export function contextOf({ modelUsage = {} }: Result, { context }: Pick<ClaudeState, 'context'>): Usage {
  if (context === null) return {};
  const { model, tokens } = context;
  const contextWindow = modelUsage[model]?.contextWindow;
  return { model, contextTokens: tokens, ...(contextWindow === undefined ? {} : { contextWindow }) };
}

function tokensOf(tokens: Tokens): Usage {
  return {
    inputTokens: tokens.input_tokens,
    outputTokens: tokens.output_tokens,
    cacheReadTokens: tokens.cache_read_input_tokens,
    cacheWriteTokens: tokens.cache_creation_input_tokens,
  };
}

function costOf({ total_cost_usd: total }: Result, before: number | null): Usage {
  return total === undefined || before === null ? {} : minus({ costUsd: total }, { costUsd: before });
}
