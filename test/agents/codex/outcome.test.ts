import { expect, it } from 'vitest';
import { failureOf } from '../../../src/agents/codex/outcome.ts';

it.each([
  [
    { message: 'stream disconnected before completion: Overloaded', codexErrorInfo: 'other' },
    { code: 'overloaded', message: 'stream disconnected before completion: Overloaded' },
  ],
  [
    { message: '', codexErrorInfo: 'serverOverloaded' },
    { code: 'overloaded', message: 'Codex reported an error: serverOverloaded.' },
  ],
  [
    { message: '', codexErrorInfo: { responseStreamDisconnected: { httpStatusCode: 529 } } },
    { code: 'overloaded', message: 'Codex reported an error: responseStreamDisconnected.' },
  ],
  [
    { message: 'no', codexErrorInfo: 'badRequest' },
    { code: 'invalid_request', message: 'no' },
  ],
  [
    { message: 'Fatal error: application network permission was revoked', codexErrorInfo: 'other' },
    { code: 'auth', message: 'Fatal error: application network permission was revoked' },
  ],
  [null, { code: 'agent_error', message: 'Codex reported an error without a reason.' }],
])('tells of the error %j with code and reason', (error, failure) => {
  expect(failureOf(error)).toEqual(failure);
});

it.each([
  ['sessionBudgetExceeded', 'billing'],
  ['flexUnavailable', 'overloaded'],
  ['policyCapacityUnavailable', 'overloaded'],
  ['cyberPolicy', 'refused'],
  ['bioPolicy', 'refused'],
  ['misalignmentPolicyViolation', 'refused'],
  ['inferenceHookDenied', 'prompt_blocked'],
  ['tooManyDenials', 'too_many_denials'],
  ['sandboxError', 'sandbox_error'],
])('calls the error %s of Codex %s', (codexErrorInfo, code) => {
  expect(failureOf({ message: 'no', codexErrorInfo })).toEqual({ code, message: 'no' });
});
