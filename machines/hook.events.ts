/** What the hook of a repository hears, says and asks of the process it runs. */
import type { EngineEventBody } from '../src/contract/events.ts';
import type { HookRecord } from '../src/contract/hook-records.ts';
import type { HookStatus } from '../src/contract/hooks.ts';
import type { LineRecord } from '../src/contract/records.ts';

/** What the shell of one step tells. */
export type HookFact =
  /** It runs, for so long already: the last engine may have started it, and begun to kill it for want of time. */
  | { type: 'shell.started'; startedAt: string; elapsedMs: number; isOutOfTime: boolean }
  /** One of several commands of a shell ended by itself; the next one runs. */
  | { type: 'command.ended'; exitCode: number; endedAt: string; durationMs: number }
  /** At most once a second: how much was printed, and the last lines of it. */
  | { type: 'output.printed'; output: string; outputChars: number }
  /** It is over and all it printed was read. `exitCode` is null when nobody wrote it down. */
  | {
      type: 'shell.ended';
      exitCode: number | null;
      durationMs: number;
      output: string;
      outputChars: number;
      /** What the shell around the commands said of its failure. */
      complaint?: string;
    }
  /** It could not be started. */
  | { type: 'shell.failed'; message: string };

export type HookEvent = HookFact | { type: 'hook.shutdown' };

/** Told to whoever started the hook, before it is over. */
export interface HookEnded {
  type: 'hook.ended';
  status: HookStatus;
}

/** Ends the process with everything it started; that its time was up is written down first, for the next engine. */
export interface HookProcessCommand {
  type: 'shell.kill';
  because: 'timeLimit' | 'shutdown';
}

/** The record changed in a way that only snapshots show. */
interface HookChanged {
  type: 'hook.changed';
  hook: HookRecord;
}

export type HookEmitted = HookChanged | (EngineEventBody<'hooks.progress'> & { record: LineRecord });
