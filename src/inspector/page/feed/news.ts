import type { ActorNews, EngineEvent, WorkspaceState } from '../../../client/client.ts';

/** How the stream of the engine is. */
export interface Connection {
  state: 'connecting' | 'open' | 'lost' | 'refused' | 'failed';
  /** Why, for people. */
  reason: string | null;
}

/** A line that hooks printed, cut when it is long. */
export interface HookLine {
  number: number;
  text: string;
  /** How many characters are left out. */
  hidden: number;
}

/** What a tab is told. Everything is told again from the start when it comes, and when it fell behind. */
export type News =
  | { kind: 'connection'; connection: Connection }
  /** A call of the stream's waits although nothing is wrong with the engine. */
  | { kind: 'stuck'; isStuck: boolean }
  /** As it was read: at first and after a gap. `event` goes on from there. */
  | { kind: 'workspace'; workspace: WorkspaceState }
  | { kind: 'event'; event: EngineEvent }
  | { kind: 'actors'; news: ActorNews }
  | { kind: 'lines'; lines: readonly HookLine[]; isAll: boolean };

/** What a tab says to the worker that it shares with others. */
export type TabMessage = { kind: 'enter'; secret: string } | { kind: 'taken' } | { kind: 'leave' };
