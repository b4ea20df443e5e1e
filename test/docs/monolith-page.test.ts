import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ClaudeCredentialSchema,
  CodexCredentialSchema,
  GithubCredentialSchema,
  HeartbeatSchema,
  WEBHOOK_EVENT_TYPES,
  WebhookEventSchema,
} from '../../src/contract/monolith.ts';

const page = readFileSync('docs/monolith.md', 'utf8');
const examples = [...page.matchAll(/^```json\n([^]*?)^```/gm)].map(
  ([, text = '']) => JSON.parse(text) as object,
);
const schemas = [
  GithubCredentialSchema,
  ClaudeCredentialSchema,
  ClaudeCredentialSchema,
  ClaudeCredentialSchema,
  CodexCredentialSchema,
  WebhookEventSchema,
  HeartbeatSchema,
];

describe('docs/monolith.md', () => {
  it('shows bodies that are what it says', () => {
    expect(examples.map((example, index) => schemas[index]?.parse(example))).toEqual(examples);
    expect(examples).toHaveLength(schemas.length);
  });

  it('has a row for every event that is told', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));

    expect(WEBHOOK_EVENT_TYPES.filter((type) => !rows.some((row) => row.includes(`\`${type}\``)))).toEqual(
      [],
    );
  });

  it('sends an event by hand that is one', () => {
    const [, body = ''] = /-d '(\{.*\})'/.exec(page) ?? [];

    expect(WebhookEventSchema.safeParse(JSON.parse(body)).error).toBeUndefined();
  });
});
