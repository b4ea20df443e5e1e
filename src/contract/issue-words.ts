import type { z } from 'zod';
import { oneOfThese } from './one-of.ts';

/** What is wrong with a value, for whoever wrote it: says what it must be; what is left, zod says. */
export const inWords: z.core.$ZodErrorMap = (issue) => {
  const expected = expectationOf(issue);
  if (issue.input !== undefined) return expected && `must be ${expected}`;
  return expected === undefined ? 'is missing' : `is missing, ${expected} is expected`;
};

function expectationOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue['expected'] === 'stringbool' ? TYPES['boolean'] : oneOfThese(issue.values.map(String));
    case 'invalid_format':
      return FORMATS[issue.format];
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'more than'} ${amountOf(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `at most ${amountOf(issue.maximum, issue.origin)}`;
    default:
      return undefined;
  }
}

/** `5`, of a number; `5 characters long`, of a text. */
function amountOf(count: number | bigint, origin: string): string {
  const unit = { string: 'character', array: 'item' }[origin];
  return unit === undefined ? String(count) : `${count} ${unit}${count === 1 ? '' : 's'} long`;
}

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const FORMATS: Record<string, string> = {
  uuid: 'a UUID',
  datetime: 'a time in ISO 8601',
  base64: 'base64',
  url: 'a URL',
};
