/** What an ACP agent says that it used: tokens with the end of a turn, cost and context as it goes. */
import { minus } from '../../../machines/chat.usage.ts';
import type { Usage } from '../../contract/chats.ts';
import type { Step } from '../step.ts';
import { ContextSchema, CostSchema, PromptResultSchema, type Update } from './protocol.ts';
import type { AcpState } from './state.ts';

type Counted = Pick<Step<AcpState>, 'state' | 'spent'>;

/** An agent tells what the session cost so far; while it repeats what was said, nothing is spent. */
export function countUpdate(state: AcpState, update: Update): Counted {
  const costUsd = CostSchema.safeParse(update).data?.cost.amount ?? state.costUsd;
  const next = { ...state, costUsd };
  if (state.isReplaying) return { state: next };
  const { data } = ContextSchema.safeParse(update);
  const context = data === undefined ? {} : { contextTokens: data.used, contextWindow: data.size };
  return { state: next, spent: { ...modelOf(state), ...growthOf(costUsd, state.costUsd), ...context } };
}

export function usageOf(result: unknown, state: AcpState): Usage {
  const { usage } = PromptResultSchema.parse(result);
  const counts: Usage = {
    inputTokens: usage?.inputTokens,
    outputTokens: usage?.outputTokens,
    cacheReadTokens: usage?.cachedReadTokens,
    cacheWriteTokens: usage?.cachedWriteTokens,
  };
  const known = Object.entries(counts).filter(([, count]) => count !== undefined);
  return known.length === 0 ? {} : { ...modelOf(state), ...Object.fromEntries(known) };
}

function growthOf(costUsd: number | null, before: number | null): Usage {
  return costUsd === null || before === null ? {} : minus({ costUsd }, { costUsd: before });
}

function modelOf({ options: { model } }: AcpState): Usage {
  return model === null ? {} : { model: model.current };
}
