import { describe, expect, it } from 'vitest';
import { toCommandLine } from '../../src/previews/command-line.ts';

describe('a command as it is shown', () => {
  it.each([
    [['npm', 'run', 'dev'], 'npm run dev'],
    [['server', '--api-key', 'abc', '--port', '80'], 'server --api-key [redacted] --port 80'],
    [['server', '--token=abc', 'DB_PASSWORD=x=y'], 'server --token=[redacted] DB_PASSWORD=[redacted]'],
    [['server', '--auth=none', 'next'], 'server --auth=[redacted] next'],
    [['sh', '-c', 'one\n  two'], 'sh -c one two'],
    [['x'.repeat(300)], `${'x'.repeat(199)}…`],
  ])('%j is %s', (words, shown) => {
    expect(toCommandLine(words)).toBe(shown);
  });
});
