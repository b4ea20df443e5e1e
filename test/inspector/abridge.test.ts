import { expect, it } from 'vitest';
import { abridge } from '../../src/inspector/abridge.ts';
import { createRedaction } from '../../src/log.ts';

const redact = createRedaction(['the-engine-secret']);

it('takes secrets out, by their value, their looks and the name of their key', () => {
  const context = {
    note: 'curl -H the-engine-secret',
    login: { accessToken: 'whatever', token: ghToken(), maxTokens: 7 },
  };

  expect(abridge(context, redact)).toEqual({
    note: 'curl -H [redacted]',
    login: { accessToken: '[redacted]', token: '[redacted]', maxTokens: 7 },
  });
});

it('sees a secret that its cut would run through', () => {
  const text = `${'x'.repeat(390)} ${ghToken()}`;

  expect(abridge(text, redact)).toBe(`${'x'.repeat(390)} [redacted… (${text.length} characters)`);
});

it('cuts long texts, long lists and deep values, and names what is no data', () => {
  expect(abridge('y'.repeat(1000), redact)).toBe(`${'y'.repeat(400)}… (1000 characters)`);
  expect(
    abridge(
      Array.from({ length: 22 }, () => 1),
      redact,
    ),
  ).toEqual([...Array.from({ length: 20 }, () => 1), '… 2 more']);
  expect(abridge({ run: () => 1, at: new Date(0), of: new Map() }, redact)).toEqual({
    run: '[function]',
    at: '[Date]',
    of: '[Map]',
  });
  expect(JSON.stringify(abridge(nested(50), redact)).length).toBeLessThan(100);
});

function nested(depth: number): object {
  return depth === 0 ? {} : { in: nested(depth - 1) };
}

function ghToken(): string {
  return `ghp_${'a1'.repeat(18)}`;
}
