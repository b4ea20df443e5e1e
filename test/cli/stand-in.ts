import type { Terminal } from '../../src/cli/terminal.ts';
import { PassThrough } from 'node:stream';
import pc from 'picocolors';

export interface TestTerminal extends Terminal {
  readonly printed: () => string;
  readonly complained: () => string;
}

/** A terminal without colours that keeps what is printed to it. */
export function openTestTerminal(settings: Partial<Terminal> = {}): TestTerminal {
  let printed = '';
  let complained = '';
  return {
    env: {},
    folder: '/nonexistent',
    isInteractive: false,
    isTerminal: false,
    colors: pc.createColors(false),
    width: 80,
    streams: { input: new PassThrough(), output: new PassThrough() },
    print: (text) => void (printed += text),
    complain: (text) => void (complained += text),
    readInput: () => Promise.resolve(''),
    stopSignal: () => new AbortController().signal,
    printed: () => printed,
    complained: () => complained,
    ...settings,
  };
}
