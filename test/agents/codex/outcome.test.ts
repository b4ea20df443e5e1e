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
  [null, { code: 'agent_error', message: 'Codex reported an error without a reason.' }],
])('tells of the error %j with code and reason', (error, failure) => {
  expect(failureOf(error)).toEqual(failure);
});
