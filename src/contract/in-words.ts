import type { z } from 'zod';

/** Says as a person would what is missing and what is no number; zod says the rest. */
export const inWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return `is missing${expectationOf(issue)}`;
  if (issue.code !== 'invalid_type' || typeof issue.input !== 'number') return undefined;
  if (issue.expected === 'int') return 'must be a whole number';
  return Number.isFinite(issue.input) ? undefined : 'must be a number';
};

function expectationOf(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'invalid_type') return `, ${WORDS[issue.expected] ?? issue.expected} is expected`;
  if (issue.code === 'invalid_value') return `, ${issue.values.map(String).join(' or ')} is expected`;
  return '';
}

const WORDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};
