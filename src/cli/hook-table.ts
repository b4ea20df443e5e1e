import type { HookRecord } from '../contract/hook-records.ts';
import type { HookCommand, HookStatus } from '../contract/hooks.ts';

const SIGNS: Record<HookStatus, string> = {
  pending: '·',
  running: '▶',
  succeeded: '✔',
  failed: '✘',
  timedOut: '⏱',
  interrupted: '✘',
  skipped: '-',
  invalid: '✘',
};

/** One line per command: how it stands, its exit code, how long it took. */
export function toTable({ commands }: HookRecord): string[] {
  return commands.map((command, index) => toRow(command, `${index + 1}/${commands.length}`));
}

function toRow({ command, status, exitCode, durationMs }: HookCommand, number: string): string {
  const time = durationMs === null ? '' : `${(durationMs / 1000).toFixed(1)} s`;
  const code = exitCode === null ? '' : String(exitCode);
  const [line = ''] = command.trim().split('\n');
  return `${SIGNS[status]} ${number}  ${status.padEnd(11)} ${code.padStart(3)}  ${time.padStart(8)}  ${line}`;
}

/** Shows lines that change: drawn over themselves on a terminal, otherwise each line once it is new. */
export function createLiveLines({ isTerminal, print }: LiveOptions): (lines: readonly string[]) => void {
  let shown: readonly string[] = [];
  return (lines) => {
    if (isTerminal) {
      const back = shown.length === 0 ? '' : `\u001B[${shown.length}A`;
      print(`${back}${lines.map((line) => `\u001B[2K${line}\n`).join('')}\u001B[0J`);
    } else {
      for (const line of lines) if (!shown.includes(line)) print(`${line}\n`);
    }
    shown = lines;
  };
}

export interface LiveOptions {
  isTerminal: boolean;
  print: (text: string) => void;
}
