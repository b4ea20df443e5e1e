import { describe, expect, it } from 'vitest';
import { plus } from '../../../machines/chat.usage.ts';
import type { Usage } from '../../../src/contract/chats.ts';
import { ResultSchema } from '../../../src/agents/claude/protocol.ts';
import { freshState, withTurn, type ClaudeState } from '../../../src/agents/claude/state.ts';
import { translate } from '../../../src/agents/claude/translate.ts';
import { contextOf, usageOf } from '../../../src/agents/claude/usage.ts';

const MOMENT = {
  now: new Date('2026-01-01T00:00:00.000Z'),
  runId: 'run',
  policy: 'bypass',
  openedAt: 0,
} as const;
const TOKENS = {
  input_tokens: 1,
  output_tokens: 2,
  cache_read_input_tokens: 3,
  cache_creation_input_tokens: 4,
};
const MODEL = {
  inputTokens: 1,
  outputTokens: 2,
  cacheReadInputTokens: 3,
  cacheCreationInputTokens: 4,
  costUSD: 0.1,
};
const COUNTS = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 };

function resultOf(values: object) {
  return ResultSchema.parse({ type: 'result', subtype: 'success', is_error: false, ...values });
}

const begin = (usage: object) => ({
  type: 'stream_event',
  event: { type: 'message_start', message: { model: 'opus', usage } },
});
const finish = (output_tokens: number) => ({
  type: 'stream_event',
  event: { type: 'message_delta', usage: { output_tokens } },
});

function spentIn(start: ClaudeState, lines: readonly object[]): Usage[] {
  let state = start;
  return lines.flatMap((line) => {
    const step = translate(state, JSON.stringify(line), MOMENT);
    if (typeof step === 'string') throw new Error(step);
    state = step.state;
    return step.spent === undefined ? [] : [step.spent];
  });
}

describe('what a result says was used', () => {
  it('is that of all models since the result before it', () => {
    const result = resultOf({
      usage: TOKENS,
      model_usage_since_last_result: { a: MODEL, b: MODEL, c: MODEL },
    });
    expect(usageOf(result, null)).toEqual({
      inputTokens: 3,
      outputTokens: 6,
      cacheReadTokens: 9,
      cacheWriteTokens: 12,
      costUsd: 0.3,
    });
  });

  it('is else that of the agent itself, with what the process cost more than before', () => {
    const result = resultOf({ usage: TOKENS, total_cost_usd: 3 });
    expect(usageOf(result, 2)).toEqual({ ...COUNTS, costUsd: 1 });
    expect(usageOf(result, null)).toEqual(COUNTS);
    expect(usageOf(resultOf({}), null)).toEqual({});
  });

  it('has how full the context is, and how large when the agent says so', () => {
    const context = { model: 'opus', tokens: 500 };
    const known = resultOf({ modelUsage: { opus: { contextWindow: 1000 } } });
    expect(contextOf(known, { context })).toEqual({ model: 'opus', contextTokens: 500, contextWindow: 1000 });
    expect(contextOf(resultOf({}), { context })).toEqual({ model: 'opus', contextTokens: 500 });
  });
});

describe('what a turn uses', () => {
  const calls = [begin(TOKENS), finish(20), begin(TOKENS), finish(30)];
  const all = { ...MODEL, inputTokens: 5, outputTokens: 60 };
  const result = { type: 'result', subtype: 'success', model_usage_since_last_result: { opus: all } };

  it('is told after each call of the model, and with the result what was not told before', () => {
    const spent = spentIn(withTurn(freshState('s', null), { uuid: 'u' }), [...calls, result, ...calls]);
    const call = { ...COUNTS, model: 'opus' };
    expect(spent).toEqual([
      { ...call, outputTokens: 20 },
      { ...call, outputTokens: 30 },
      { inputTokens: 3, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.1 },
      { ...call, outputTokens: 20 },
      { ...call, outputTokens: 30 },
    ]);
    expect(spent.slice(0, 3).reduce(plus, {})).toMatchObject({ inputTokens: 5, outputTokens: 60 });
  });

  it('is told by the result alone where nobody asked for it: who takes it up knows of no call before', () => {
    expect(spentIn(freshState('s', null), [...calls, result])).toEqual([
      { inputTokens: 5, outputTokens: 60, cacheReadTokens: 3, cacheWriteTokens: 4, costUsd: 0.1 },
    ]);
  });

  it('of a sub-agent is in the result', () => {
    const ofSubAgent = calls.map((line) => ({ ...line, parent_tool_use_id: 'tool' }));
    expect(spentIn(withTurn(freshState('s', null), { uuid: 'u' }), ofSubAgent)).toEqual([]);
  });
});
