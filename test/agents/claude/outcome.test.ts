import { describe, expect, it } from 'vitest';
import { endOf } from '../../../src/agents/claude/outcome.ts';
import { ResultSchema } from '../../../src/agents/claude/protocol.ts';

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
    expect(endOf(resultOf(values), null).outcome).toBe(outcome);
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
    expect(endOf(result, complaint).error?.code).toBe(code);
  });

  it('says what the agent said, but for its diagnostics', () => {
    const messageOf = (values: object) => endOf(resultOf({ is_error: true, ...values }), null).error?.message;
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
