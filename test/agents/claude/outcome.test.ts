import { describe, expect, it } from 'vitest';
import { endOf } from '../../../src/agents/claude/outcome.ts';
import { ResultSchema } from '../../../src/agents/claude/protocol.ts';

const NOTHING_KNOWN = { complaint: null, totalCostUsd: null, context: null };

function resultOf(values: object) {
  return ResultSchema.parse({ type: 'result', subtype: 'success', is_error: false, ...values });
}

describe('the outcome of a result', () => {
  it.each([
    [{}, 'completed'],
    [{ is_error: true }, 'errored'],
    [{ subtype: 'error_max_turns' }, 'errored'],
    [
      { subtype: 'error_during_execution', is_error: true, terminal_reason: 'aborted_streaming' },
      'interrupted',
    ],
    [{ subtype: 'error_during_execution', is_error: true, terminal_reason: 'aborted_tools' }, 'interrupted'],
  ])('of %j is %s', (values, outcome) => {
    expect(endOf(resultOf(values), NOTHING_KNOWN).outcome).toBe(outcome);
  });

  it.each([
    ['authentication_failed', {}, 'auth'],
    [null, { result: 'Not logged in · Please run /login' }, 'auth'],
    ['unknown', { api_error_status: 403 }, 'auth'],
    ['billing_error', { api_error_status: 400 }, 'billing'],
    ['rate_limit', { api_error_status: 429 }, 'rate_limit'],
    ['server_error', { api_error_status: 529 }, 'overloaded'],
    ['server_error', { api_error_status: 500 }, 'model_error'],
    ['server_error', { api_error_status: null, result: 'API Error: Connection dropped' }, 'network'],
    ['model_not_found', { api_error_status: 404 }, 'model_not_found'],
    ['invalid_request', { terminal_reason: 'prompt_too_long' }, 'context_too_long'],
    [null, { result: 'Something else' }, 'agent_error'],
  ])('complaining of %s with %j has a code: %s', (complaint, values, code) => {
    const result = resultOf({ is_error: true, ...values });
    expect(endOf(result, { ...NOTHING_KNOWN, complaint }).error?.code).toBe(code);
  });

  it('says what the agent said, but for its diagnostics', () => {
    const messageOf = (values: object) =>
      endOf(resultOf({ is_error: true, ...values }), NOTHING_KNOWN).error?.message;
    expect(messageOf({ result: 'Prompt is too long' })).toBe('Prompt is too long');
    expect(messageOf({ errors: ['[ede_diagnostic] x=y', 'Out of turns'] })).toBe('Out of turns');
    expect(messageOf({ errors: ['[ede_diagnostic] x=y'] })).toBe(
      'Claude Code reported an error without a reason.',
    );
    expect(messageOf({ result: '', api_error_type: 'overloaded_error', api_error_status: 529 })).toBe(
      'Claude Code reported an error: overloaded_error, 529.',
    );
  });
});

describe('the usage of a turn', () => {
  const usage = {
    input_tokens: 1,
    output_tokens: 2,
    cache_read_input_tokens: 3,
    cache_creation_input_tokens: 4,
  };
  const tokens = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 };

  it('is that of all models since the last result', () => {
    const model = {
      inputTokens: 1,
      outputTokens: 2,
      cacheReadInputTokens: 3,
      cacheCreationInputTokens: 4,
      costUSD: 0.5,
    };
    const result = resultOf({ usage, model_usage_since_last_result: { a: model, b: model } });
    expect(endOf(result, NOTHING_KNOWN).usage).toEqual({
      inputTokens: 2,
      outputTokens: 4,
      cacheReadTokens: 6,
      cacheWriteTokens: 8,
      costUsd: 1,
    });
  });

  it('is else that of the agent itself, with what the process cost more than before', () => {
    const result = resultOf({ usage, total_cost_usd: 3 });
    expect(endOf(result, { ...NOTHING_KNOWN, totalCostUsd: 2 }).usage).toEqual({ ...tokens, costUsd: 1 });
    expect(endOf(result, NOTHING_KNOWN).usage).toEqual(tokens);
    expect(endOf(resultOf({}), NOTHING_KNOWN).usage).toEqual({});
  });

  it('tells how full the context is, and how large it is when the agent says so', () => {
    const context = { model: 'opus', tokens: 500 };
    const known = resultOf({ modelUsage: { opus: { contextWindow: 1000 } } });
    expect(endOf(known, { ...NOTHING_KNOWN, context }).usage).toEqual({
      contextTokens: 500,
      contextWindow: 1000,
    });
    expect(endOf(resultOf({}), { ...NOTHING_KNOWN, context }).usage).toEqual({ contextTokens: 500 });
  });
});
