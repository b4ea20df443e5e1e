import type { EngineEvent } from '../../../client/client.ts';

/** The turn that runs. */
export interface RunningTurn {
  /** ISO time. */
  startedAt: string;
  /** What it waits for that is no step of its own: the model's API. */
  waitsFor: string | null;
}

/** The turn behind an event of its chat; null when none runs, or when its start was before this page. */
export function foldTurn(turn: RunningTurn | null, { type, ts, payload }: EngineEvent): RunningTurn | null {
  if (type === 'chat.turn.started' && payload.steers === undefined) return { startedAt: ts, waitsFor: null };
  if (type === 'chat.turn.completed' && payload.steers === undefined) return null;
  if (turn === null) return null;
  if (type === 'chat.turn.progress') return { ...turn, waitsFor: payload.progress.message };
  const isHeard = type === 'chat.turn.delta' || type === 'chat.turn.partial';
  return isHeard && turn.waitsFor !== null ? { ...turn, waitsFor: null } : turn;
}
