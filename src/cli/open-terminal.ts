import { text } from 'node:stream/consumers';
import pc from 'picocolors';
import type { Terminal } from './terminal.ts';

/** The terminal of this process, with the environment that it is given. */
export function openTerminal(env: Terminal['env']): Terminal {
  const { stdin, stdout, stderr } = process;
  const isTerminal = stdout.isTTY;
  // https://no-color.org
  const refusesColors = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return {
    env,
    folder: process.cwd(),
    isTerminal,
    isInteractive: stdin.isTTY && isTerminal,
    colors: pc.createColors(!refusesColors && (isTerminal || (env['FORCE_COLOR'] ?? '') !== '')),
    width: stdout.columns || Number.POSITIVE_INFINITY,
    streams: { input: stdin, output: stdout },
    print: (line) => void stdout.write(line),
    complain: (line) => void stderr.write(line),
    readInput: () => text(stdin),
    stopSignal,
  };
}

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  return stop.signal;
}
